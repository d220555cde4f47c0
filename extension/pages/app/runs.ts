/**
 * The app's routes for runs, and the lists that a new run is chosen from.
 *
 * @packageDocumentation
 */
import type { LogPart, RunBody } from "../../shared/openapi";

import {
  ACCEPTED, AGENTS, LOG_PART, REPOSITORIES, RUN, RUNS, TEMPLATES,
  type AcceptedRun, type AgentList, type RepositoryList, type Run, type RunList, type TemplateList,
} from "./answers";
import { send, type Answer } from "./client";

const API = "/api/boards";

/** An organisation and a project, by name. */
export interface RunPlace {
  readonly organization: string;
  readonly project: string;
}

/** Starts a run; a repeat with the same key returns the same run. */
export function startRun(address: string, body: RunBody, key: string): Promise<Answer<AcceptedRun>> {
  return send(address, { method: "POST", path: `${API}/runs`, body, idempotencyKey: key, shape: ACCEPTED });
}

/** Returns up to *top* runs of a work item, newest first. */
export function listRuns(
  address: string,
  { organization, project }: RunPlace,
  workItemId: number,
  { top, stop }: { readonly top?: number; readonly stop?: AbortSignal } = {},
): Promise<Answer<RunList>> {
  const query = { organization, project, workItemId, top };
  return send(address, { path: `${API}/runs`, query, shape: RUNS }, stop);
}

/** Returns a run. */
export function showRun(address: string, id: string, stop?: AbortSignal): Promise<Answer<Run>> {
  return send(address, { path: runPath(id), shape: RUN }, stop);
}

/** Returns a part of a run's log, from byte *offset* on. */
export function readLog(address: string, id: string, offset: number, stop?: AbortSignal): Promise<Answer<LogPart>> {
  return send(address, { path: `${runPath(id)}/log`, query: { offset }, shape: LOG_PART }, stop);
}

/** Asks for a run to be cancelled; it goes on until its containers have stopped. */
export function cancelRun(address: string, id: string): Promise<Answer<AcceptedRun>> {
  return send(address, { method: "POST", path: `${runPath(id)}/cancel`, shape: ACCEPTED });
}

/** Starts a new run with the request of an ended one; a repeat with the same key returns the same new run. */
export function retryRun(address: string, id: string, key: string): Promise<Answer<AcceptedRun>> {
  return send(address, { method: "POST", path: `${runPath(id)}/retry`, idempotencyKey: key, shape: ACCEPTED });
}

/** Returns the agents, and whether a run can use them. */
export function listAgents(address: string, { organization, project }: RunPlace): Promise<Answer<AgentList>> {
  return send(address, { path: `${API}/agents`, query: { organization, project }, shape: AGENTS });
}

/** Returns the repositories that the app allows for the project. */
export function listRepositories(
  address: string,
  { organization, project }: RunPlace,
  workItemId?: number,
): Promise<Answer<RepositoryList>> {
  return send(address, { path: `${API}/repositories`, query: { organization, project, workItemId }, shape: REPOSITORIES });
}

/** Returns the names of the prompt templates. */
export function listTemplates(
  address: string,
  { organization, project }: RunPlace,
): Promise<Answer<TemplateList>> {
  return send(address, { path: `${API}/templates`, query: { organization, project }, shape: TEMPLATES });
}

function runPath(id: string): string {
  return `${API}/runs/${encodeURIComponent(id)}`;
}
