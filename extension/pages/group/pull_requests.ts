/**
 * The states of the runs' pull requests, read with the person's own rights.
 *
 * @packageDocumentation
 */
import { useEffect, useState } from "react";

import type { Run } from "../app/answers";
import { AzureDevOpsProblem } from "../azure_devops/client";
import { COMPLETED, readPullRequestState } from "../azure_devops/pull_requests";
import { repeat, type Step } from "../parts/repeat";

/** Pause between two readings, in milliseconds. */
export const READ_MS = 60_000;
/** Highest number of pull requests that are read. */
const MAX_PULL_REQUESTS = 10;

/** The state of each pull request by the id of its run (empty for one that is not read), and why the latest one could not be read. */
export interface PullRequestStates {
  readonly byRun: Readonly<Record<string, string>>;
  readonly reason: string;
}

/** Returns the states of the newest pull requests of *runs*, renewed while the component is shown. */
export function usePullRequestStates(runs: readonly Run[], wake: EventTarget): PullRequestStates {
  const [states, setStates] = useState<PullRequestStates>({ byRun: {}, reason: "" });
  const asked = runs.filter((run) => typeof run.pullRequestId === "number").slice(0, MAX_PULL_REQUESTS);
  const key = JSON.stringify(asked.map(({ id, project, repository, pullRequestId }) => [id, project, repository, pullRequestId]));
  useEffect(() => {
    const stop = new AbortController();
    const rows = JSON.parse(key) as [string, string, string, number][];
    if (rows.length === 0) return undefined;
    const completed = new Set<string>(); // such a pull request stays so
    const ask = async (): Promise<Step> => {
      const found = await readAll(rows.filter(([run]) => !completed.has(run)), stop.signal);
      for (const [run, state] of Object.entries(found.byRun)) if (state === COMPLETED) completed.add(run);
      if (!stop.signal.aborted) setStates((old) => ({ byRun: { ...old.byRun, ...found.byRun }, reason: found.reason }));
      if (found.reason) return "problem";
      return completed.size === rows.length ? "over" : "more";
    };
    void repeat(ask, stop.signal, { visibleMs: () => READ_MS, wake });
    return () => { stop.abort(); };
  }, [key, wake]);
  const unread = runs.filter((run) => !asked.includes(run)).map(({ id }) => [id, ""] as const);
  return { ...states, byRun: { ...states.byRun, ...Object.fromEntries(unread) } };
}

async function readAll(rows: readonly [string, string, string, number][], stop: AbortSignal): Promise<PullRequestStates> {
  const byRun: Record<string, string> = {};
  let reason = "";
  await Promise.all(rows.map(async ([run, project, repository, id]) => {
    try {
      byRun[run] = await readPullRequestState({ project, repository, id }, stop);
    } catch (error) {
      byRun[run] = error instanceof AzureDevOpsProblem && error.status === 404 ? "Deleted, or not visible to you" : "State unknown";
      if (byRun[run] === "State unknown") reason = error instanceof Error ? error.message : "Azure DevOps gave no reason.";
    }
  }));
  return { byRun, reason };
}
