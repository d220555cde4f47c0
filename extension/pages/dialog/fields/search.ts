/**
 * Searches while a person types: only the answer to the present text counts.
 *
 * @packageDocumentation
 */
import { useEffect, useState } from "react";

import { toProblem } from "../../parts/reasons";

/** Pause in typing before a search is sent, in milliseconds. */
export const PAUSE_MS = 200;

/** Highest number of entries that a list shows. */
export const MAX_SHOWN = 50;

/** Entries that match, and whether there are more. */
export interface Matches {
  readonly names: readonly string[];
  readonly hasMore: boolean;
}

/** Finds the entries that contain a text. */
export type Search = (text: string) => Promise<Matches>;

/** The answer to a search; without both it is still on its way. */
export interface SearchState {
  readonly found?: Matches;
  readonly problem?: string;
}

/** Returns a search in a list that is at hand. */
export function searchIn(names: readonly string[]): Search {
  return (text) => {
    const matching = names.filter((name) => name.toLowerCase().includes(text.toLowerCase()));
    return Promise.resolve({ names: matching.slice(0, MAX_SHOWN), hasMore: matching.length > MAX_SHOWN });
  };
}

/**
 * Searches for *text* while *isActive*; *searchKey* says in what, such as the id of a repository. The state is always
 * that of this text: an answer to an earlier one is never shown.
 */
export function useSearch(search: Search, text: string, isActive: boolean, searchKey: string): SearchState {
  const [answer, setAnswer] = useState<SearchState & { readonly of: string }>();
  const question = JSON.stringify([searchKey, text]);
  useEffect(() => {
    if (!isActive) return undefined;
    let isCurrent = true;
    const keep = (next: SearchState) => {
      if (isCurrent) setAnswer({ ...next, of: question });
    };
    const timer = setTimeout(() => {
      search(text).then(
        (found) => { keep({ found }); },
        (thrown: unknown) => { keep({ problem: toProblem(thrown, "Could not read the list.").message }); },
      );
    }, text ? PAUSE_MS : 0);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
      setAnswer(undefined); // when the list opens again, it is read again
    };
    // `search` is a new function at each rendering; `searchKey` says when it searches somewhere else.
  }, [question, isActive]);
  return answer?.of === question ? answer : {};
}
