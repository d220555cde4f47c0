/**
 * The app's routes for runs, agents, repositories and templates.
 *
 * @packageDocumentation
 */
import type { AgentList, RunBody, RunRecord, RunReference } from "../../shared/openapi";

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

/** Starts a run; a repeat with the same key returns the same run. */
export function startRun(address: string, body: RunBody, key: string): Promise<Answer<RunRecord | RunReference>> {
  return send(address, { method: "POST", path: "/runs", body, idempotencyKey: key });
}

/** Returns the agents, and whether a run can use them. */
export function listAgents(address: string, { organization, project }: RunPlace): Promise<Answer<AgentList>> {
  return send(address, { path: "/agents", query: { organization, project } });
}

/** Returns the repositories that the app allows for the project. */
export function listRepositories(address: string, { organization, project }: RunPlace, workItemId?: number): Promise<Answer<RepositoryList>> {
  return send(address, { path: "/repositories", query: { organization, project, workItemId } });
}

/** Returns the names of the prompt templates. */
export function listTemplates(address: string, { organization, project }: RunPlace): Promise<Answer<{ value: readonly string[] }>> {
  return send(address, { path: "/templates", query: { organization, project } });
}
