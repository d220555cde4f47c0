/**
 * Cancelling and retrying a run.
 *
 * @packageDocumentation
 */
import { useRef, useState } from "react";

import type { Answer, Problem } from "../app/client";
import { cancelRun, retryRun } from "../app/runs";

import { ask } from "./ask";

/** The actions of one run, which of them is busy, and the problem of the latest one. */
export interface RunActions {
  readonly busy: "cancel" | "retry" | undefined;
  /** Whether the app has accepted a cancellation. */
  readonly isCancelling: boolean;
  readonly problem: Problem | undefined;
  /** Asks whether to cancel, and cancels. */
  readonly cancel: () => void;
  readonly retry: () => void;
}

/** Returns the actions of the run *id*; *onRetry* receives the id of the new run. */
export function useRunActions(address: string, id: string, onRetry: (id: string) => void): RunActions {
  const [busy, setBusy] = useState<RunActions["busy"]>();
  const [problem, setProblem] = useState<Problem>();
  const [isCancelling, setCancelling] = useState(false);
  const retryKey = useRef("");
  const act = async <T>(name: "cancel" | "retry", request: () => Promise<Answer<T> | undefined>, done: (value: T) => void): Promise<void> => {
    if (busy) return;
    setBusy(name);
    setProblem(undefined);
    const answer = await request().catch(hostProblem);
    setBusy(undefined);
    if (answer && "problem" in answer) setProblem(answer.problem);
    else if (answer) done(answer.value);
  };
  const cancel = async (): Promise<Answer<unknown> | undefined> => ((await askToCancel()) ? cancelRun(address, id) : undefined);
  const retry = async (): Promise<Answer<{ id: string }>> => {
    retryKey.current ||= crypto.randomUUID(); // the same while it is unknown whether a run was made
    const answer = await retryRun(address, id, retryKey.current);
    if (isFinal(answer)) retryKey.current = "";
    return answer;
  };
  return {
    busy,
    isCancelling,
    problem,
    cancel: () => { void act("cancel", cancel, () => { setCancelling(true); }); },
    retry: () => { void act("retry", retry, (run) => { onRetry(run.id); }); },
  };
}

/** Asks whether to cancel a run. */
export function askToCancel(): Promise<boolean> {
  return ask("Cancel this run? The agent stops, and its changes are not published.", { yes: "Cancel run", no: "Keep running" });
}

/** Whether *answer* says for certain that a run was made or refused. */
export function isFinal(answer: Answer<unknown>): boolean {
  if (!("problem" in answer)) return true;
  const { status } = answer.problem;
  return status >= 400 && status < 500 && status !== 429;
}

function hostProblem(): { problem: Problem } {
  return { problem: { status: 0, code: "host", message: "Azure DevOps could not show the question. Reload the page, then try again." } };
}
