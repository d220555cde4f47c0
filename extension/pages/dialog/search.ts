/**
 * Searches while a person types: the newest text counts, and answers to older ones are dropped.
 *
 * @packageDocumentation
 */
import { useEffect, useState } from "react";

import { toProblem } from "../parts/resource";

/** Pause in typing before a search is sent, in milliseconds. */
export const PAUSE_MS = 200;

/** Highest number of entries that a list shows. */
export const MAX_SHOWN = 50;

/** Entries that match, and whether there are more. */
export interface Found {
  readonly names: readonly string[];
  readonly hasMore: boolean;
}

/** Finds the entries that contain a text. */
export type Search = (text: string) => Promise<Found>;

/** The answer to a search; without both it is still on its way. */
export interface SearchState {
  readonly found?: Found;
  readonly problem?: string;
}

/** Returns a search in a list that is at hand. */
export function searchIn(names: readonly string[]): Search {
  return (text) => {
    const matching = names.filter((name) => name.toLowerCase().includes(text.toLowerCase()));
    return Promise.resolve({ names: matching.slice(0, MAX_SHOWN), hasMore: matching.length > MAX_SHOWN });
  };
}

/** Searches for *text* while *isActive*; *searchKey* says in what, such as the id of a repository. */
export function useSearch(search: Search, text: string, isActive: boolean, searchKey: string): SearchState {
  const [state, setState] = useState<SearchState>({});
  useEffect(() => {
    if (!isActive) return;
    let isCurrent = true;
    const keep = (next: SearchState) => {
      if (isCurrent) setState(next);
    };
    const timer = setTimeout(() => {
      setState({});
      search(text).then((found) => { keep({ found }); }, (thrown: unknown) => { keep({ problem: toProblem(thrown, "Could not read the list.").message }); });
    }, text ? PAUSE_MS : 0);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
    // `search` is a new function at each rendering; `searchKey` says when it searches somewhere else.
  }, [text, isActive, searchKey]);
  return state;
}
