/**
 * Repositories and branches of a project. Branches are searched on the server, since there may be thousands.
 *
 * @see https://learn.microsoft.com/rest/api/azure/devops/git/repositories/list
 * @see https://learn.microsoft.com/rest/api/azure/devops/git/refs/list
 * @packageDocumentation
 */
import { boolean, listOf, record, text } from "../http/shape";

import { request } from "./client";

/** Highest number of branches that one search returns. */
export const MAX_BRANCHES = 50;

const HEADS = "refs/heads/";

/** A repository; the default branch is empty while the repository has no branch. */
export interface Repository {
  readonly id: string;
  readonly name: string;
  readonly defaultBranch: string;
  readonly projectId: string;
}

/** Branches whose names contain a text, and whether there are more than these. */
export interface Branches {
  readonly names: readonly string[];
  readonly hasMore: boolean;
}

interface Answer {
  readonly id: string;
  readonly name: string;
  readonly defaultBranch?: string;
  readonly isDisabled?: boolean;
  readonly project: { readonly id: string };
}

const REPOSITORIES = listOf(
  record<Answer>({ id: text, name: text, project: record<Answer["project"]>({ id: text }, {}) }, { defaultBranch: text, isDisabled: boolean }),
);
const REFS = listOf(record<{ readonly name: string }>({ name: text }, {}));

/** Returns the repositories of *project* that are not disabled, by name. Throws `AzureDevOpsProblem`. */
export async function listRepositories(project: string): Promise<readonly Repository[]> {
  const { value } = await request(`${at(project)}?api-version=7.1`, REPOSITORIES);
  return value.value.filter((one) => !one.isDisabled).map(toRepository).sort(byName);
}

/** Returns branches whose names contain *text*, at most `MAX_BRANCHES`. Throws `AzureDevOpsProblem`. */
export async function findBranches(repository: Repository, text: string): Promise<Branches> {
  const contains = text ? `&filterContains=${encodeURIComponent(text)}` : "";
  const path = `${refs(repository)}?filter=heads/${contains}&$top=${String(MAX_BRANCHES)}&api-version=7.1`;
  const { value, continuation } = await request(path, REFS);
  const names = value.value.map((ref) => ref.name).filter((name) => name.startsWith(HEADS)).map(shortName);
  return { names, hasMore: continuation !== "" || value.value.length >= MAX_BRANCHES };
}

/**
 * Returns whether *branch* exists. The filter is the beginning of a name, so the names are read in portions until the
 * branch is among them; the documentation names no order. Throws `AzureDevOpsProblem`.
 */
export async function hasBranch(repository: Repository, branch: string): Promise<boolean> {
  const filter = `filter=${encodeURIComponent(`heads/${branch}`)}&$top=${String(MAX_BRANCHES)}`;
  let token = "";
  do {
    const next = token ? `&continuationToken=${encodeURIComponent(token)}` : "";
    const page = await request(`${refs(repository)}?${filter}${next}&api-version=7.1`, REFS);
    if (page.value.value.some((ref) => ref.name === HEADS + branch)) return true;
    token = page.continuation;
  } while (token);
  return false;
}

function toRepository(answer: Answer): Repository {
  const { id, name, project } = answer;
  return { id, name, projectId: project.id, defaultBranch: shortName(answer.defaultBranch ?? "") };
}

function shortName(ref: string): string {
  return ref.startsWith(HEADS) ? ref.slice(HEADS.length) : ref;
}

function at(project: string): string {
  return `${encodeURIComponent(project)}/_apis/git/repositories`;
}

function refs(repository: Repository): string {
  return `${at(repository.projectId)}/${encodeURIComponent(repository.id)}/refs`;
}

function byName(one: { name: string }, other: { name: string }): number {
  return one.name.localeCompare(other.name);
}
