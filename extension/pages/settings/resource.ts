/**
 * Something that the page reads: what is known of it, why there is none, and a way to read it again.
 *
 * @packageDocumentation
 */
import { useCallback, useEffect, useState } from "react";

import type { Answer, Problem } from "../app/client";
import { AzureDevOpsProblem } from "../azure_devops/client";

/** A value or a problem; neither while it is read. */
export interface Resource<T> {
  readonly value?: T | undefined;
  readonly problem?: Problem | undefined;
  readonly isLoading: boolean;
  readonly retry: () => void;
}

/** Reads with *load*, and again when *key* changes; nothing is read while *key* is empty. A late answer is dropped. */
export function useResource<T>(key: string, load: () => Promise<Answer<T>>): Resource<T> {
  const [result, setResult] = useState<{ readonly key: string; readonly answer: Answer<T> }>();
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    if (!key) return undefined;
    let isCurrent = true;
    void load().then((answer) => {
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

/** Returns the result of *work*, or what it throws, as a value. */
export async function answered<T>(work: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { value: await work() };
  } catch (thrown) {
    return { problem: toProblem(thrown) };
  }
}

/** Returns what Azure DevOps or the host threw as a problem. */
export function toProblem(thrown: unknown): Problem {
  if (thrown instanceof AzureDevOpsProblem) return { status: thrown.status, code: "azure_devops", message: thrown.message };
  const { status, message } = (thrown ?? {}) as { status?: number; message?: string };
  return { status: status ?? 0, code: "azure_devops", message: message ?? "Azure DevOps gave no reason." };
}
