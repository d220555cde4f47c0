/**
 * Something that a page reads: what is known of it, why there is none, and a way to read it again.
 *
 * @packageDocumentation
 */
import { useCallback, useEffect, useState } from "react";

import type { Answer, Problem } from "../app/client";

import { toProblem } from "./reasons";

/** A value or a problem; neither while it is read, or while its inputs are not known. */
export interface Resource<T> {
  readonly value?: T | undefined;
  readonly problem?: Problem | undefined;
  readonly isLoading: boolean;
  readonly retry: () => void;
}

/**
 * Reads *what* (as in "Could not read the agents") with *load*, and again when *key* changes. Nothing is read while
 * *key* is empty. An answer that comes after the key has changed is dropped, and what *load* throws is a problem.
 */
export function useResource<T>(what: string, key: string, load: () => Promise<Answer<T>>): Resource<T> {
  const [result, setResult] = useState<{ readonly key: string; readonly answer: Answer<T> }>();
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    if (!key) return undefined;
    let isCurrent = true;
    void answered(what, load).then((answer) => {
      if (isCurrent) setResult({ key, answer });
    });
    return () => { isCurrent = false; };
    // `load` is a new function at each rendering; `key` says when it reads something else.
  }, [key, attempt]);
  const retry = useCallback(() => {
    setResult(undefined);
    setAttempt((count) => count + 1);
  }, []);
  const answer = result?.key === key ? result.answer : undefined;
  return {
    value: answer && "value" in answer ? answer.value : undefined,
    problem: answer && "problem" in answer ? answer.problem : undefined,
    isLoading: key !== "" && !answer,
    retry,
  };
}

/** Returns the answer of *load*; what it throws while it reads *what* becomes a problem. */
export async function answered<T>(what: string, load: () => Promise<Answer<T>>): Promise<Answer<T>> {
  try {
    return await load();
  } catch (thrown) {
    return { problem: toProblem(thrown, `Could not read ${what}.`) };
  }
}

/** Returns the result of *work* as an answer; for `useResource`, which makes a problem of what it throws. */
export async function valueOf<T>(work: Promise<T>): Promise<Answer<T>> {
  return { value: await work };
}
