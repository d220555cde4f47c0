/**
 * Something that is read once, or again after its inputs changed or the person asked for it.
 *
 * @packageDocumentation
 */
import { useCallback, useEffect, useState } from "react";

import type { Problem } from "../app/client";

import { AnswerProblem, toProblem, withNextStep } from "./problems";

/** What is known of it: nothing yet, a value, or why there is none. */
export interface Resource<T> {
  readonly value?: T | undefined;
  readonly problem?: Problem | undefined;
  readonly isLoading: boolean;
  readonly retry: () => void;
}

interface Result<T> {
  readonly key: string;
  readonly value?: T;
  readonly problem?: Problem;
}

/**
 * Reads *what* with *load*; again when *key* changes. Nothing is read while *key* is empty, and an answer that comes
 * after the key has changed is dropped.
 */
export function useResource<T>(what: string, key: string, load: () => Promise<T>): Resource<T> {
  const [result, setResult] = useState<Result<T>>();
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    if (!key) return;
    let isCurrent = true;
    const keep = (next: Result<T>) => {
      if (isCurrent) setResult(next);
    };
    load().then(
      (value) => { keep({ key, value }); },
      (thrown: unknown) => { keep({ key, problem: explained(thrown, what) }); },
    );
    return () => {
      isCurrent = false;
    };
    // `load` is a new function at each rendering; `key` says when it reads something else.
  }, [key, attempt]);
  const retry = useCallback(() => {
    setResult(undefined);
    setAttempt((count) => count + 1);
  }, []);
  const current = result?.key === key ? result : undefined;
  return { value: current?.value, problem: current?.problem, isLoading: key !== "" && !current, retry };
}

function explained(thrown: unknown, what: string): Problem {
  return withNextStep(thrown instanceof AnswerProblem ? thrown.problem : toProblem(thrown, what));
}
