/**
 * The app's routes for runs, and the lists that a new run is chosen from.
 *
 * @packageDocumentation
 */
import type { AgentList, LogPart, RunBody, RunList, RunRecord, RunReference } from "../../shared/openapi";

import { send, type Answer } from "./client";

/** An organisation and a project, by name. */
export interface RunPlace {
  readonly organization: string;
  readonly project: string;
}

/** Repositories that the app allows for a project; any of the project's when it has no entry for it. */
export interface RepositoryList {
  readonly value: readonly { readonly name: string; readonly isDefault: boolean }[];
  readonly isMapped: boolean;
}

// The app leaves out fields that have their default value.
const USAGE = { inputTokens: 0, cachedTokens: 0, outputTokens: 0, turns: 0, costUsd: null, models: [] };
const RECORD = {
  title: "",
  workItemId: null,
  agentType: "",
  model: "",
  requestedBy: "",
  source: "",
  reason: "",
  branch: "",
  pullRequestId: null,
  pullRequestUrl: "",
  workItemUrl: "",
  startedAt: "",
  endedAt: "",
  links: null,
};

/** Starts a run; a repeat with the same key returns the same run. */
export function startRun(address: string, body: RunBody, key: string): Promise<Answer<RunRecord | RunReference>> {
  return send<RunRecord | RunReference>(address, { method: "POST", path: "/runs", body, idempotencyKey: key }).then(
    (answer) => changed(answer, complete),
  );
}

/** Returns up to *top* runs of a work item, newest first. */
export function listRuns(
  address: string,
  { organization, project }: RunPlace,
  workItemId: number,
  { top, stop }: { readonly top?: number; readonly stop?: AbortSignal } = {},
): Promise<Answer<RunList>> {
  const query = { organization, project, workItemId, top };
  return send<RunList>(address, { path: "/runs", query }, stop).then((answer) =>
    changed(answer, (list) => ({ ...list, value: list.value.map(complete) })),
  );
}

/** Returns a run. */
export function showRun(address: string, id: string, stop?: AbortSignal): Promise<Answer<RunRecord>> {
  return send<RunRecord>(address, { path: runPath(id) }, stop).then((answer) => changed(answer, complete));
}

/** Returns a part of a run's log, from byte *offset* on. */
export function readLog(address: string, id: string, offset: number, stop?: AbortSignal): Promise<Answer<LogPart>> {
  return send(address, { path: `${runPath(id)}/log`, query: { offset } }, stop);
}

/** Asks for a run to be cancelled; it goes on until its containers have stopped. */
export function cancelRun(address: string, id: string): Promise<Answer<RunRecord>> {
  return send<RunRecord>(address, { method: "POST", path: `${runPath(id)}/cancel` }).then((answer) =>
    changed(answer, complete),
  );
}

/** Starts a new run with the request of an ended one; a repeat with the same key returns the same new run. */
export function retryRun(address: string, id: string, key: string): Promise<Answer<RunRecord | RunReference>> {
  const request = { method: "POST", path: `${runPath(id)}/retry`, idempotencyKey: key } as const;
  return send<RunRecord | RunReference>(address, request).then((answer) => changed(answer, complete));
}

/** Returns the agents, and whether a run can use them. */
export function listAgents(address: string, { organization, project }: RunPlace): Promise<Answer<AgentList>> {
  return send(address, { path: "/agents", query: { organization, project } });
}

/** Returns the repositories that the app allows for the project. */
export function listRepositories(
  address: string,
  { organization, project }: RunPlace,
  workItemId?: number,
): Promise<Answer<RepositoryList>> {
  return send(address, { path: "/repositories", query: { organization, project, workItemId } });
}

/** Returns the names of the prompt templates. */
export function listTemplates(
  address: string,
  { organization, project }: RunPlace,
): Promise<Answer<{ readonly value: readonly string[] }>> {
  return send(address, { path: "/templates", query: { organization, project } });
}

/** Returns a record with the fields that the app left out; a reference stays as it is. */
function complete<T extends RunRecord | RunReference>(run: T): T {
  if (!("status" in run)) return run;
  return { ...RECORD, ...run, usage: { ...USAGE, ...run.usage } };
}

function changed<T>(answer: Answer<T>, change: (value: T) => T): Answer<T> {
  return "value" in answer ? { value: change(answer.value) } : answer;
}

function runPath(id: string): string {
  return `/runs/${encodeURIComponent(id)}`;
}
