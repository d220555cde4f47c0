/**
 * A project: its id, and what it consists of, repositories, areas and pipelines.
 *
 * @see https://learn.microsoft.com/rest/api/azure/devops/core/projects/get
 * @see https://learn.microsoft.com/rest/api/azure/devops/wit/classification-nodes
 * @see https://learn.microsoft.com/rest/api/azure/devops/pipelines/pipelines/list
 * @packageDocumentation
 */
import { boolean, list, listOf, number, record, text, type Shape } from "../http/shape";

import { request } from "./client";

const API = "api-version=7.1";

/** How many levels of areas are read. */
export const MAX_AREA_DEPTH = 14;

/** A pipeline of a project. */
export interface Pipeline {
  readonly id: number;
  readonly name: string;
  readonly folder?: string;
}

interface Area {
  readonly name: string;
  readonly children?: readonly Area[];
}

const PROJECT = record<{ readonly id: string }>({ id: text }, {});
const AREA: Shape<Area> = record<Area>({ name: text }, { children: (value, place) => list(AREA)(value, place) });
const PIPELINES = listOf(record<Pipeline>({ id: number, name: text }, { folder: text }));
const REPOSITORIES = listOf(record<{ readonly name: string; readonly isDisabled?: boolean }>({ name: text }, { isDisabled: boolean }));

/** Returns the id of the project with a name. Throws `AzureDevOpsProblem`. */
export async function readProjectId(project: string): Promise<string> {
  return (await request(`_apis/projects/${encodeURIComponent(project)}?${API}`, PROJECT)).value.id;
}

/** Returns the names of the project's repositories that are not disabled, sorted. Throws `AzureDevOpsProblem`. */
export async function listRepositoryNames(projectId: string): Promise<readonly string[]> {
  const path = `${encodeURIComponent(projectId)}/_apis/git/repositories?${API}`;
  const { value } = await request(path, REPOSITORIES);
  return value.value.filter((one) => !one.isDisabled).map((one) => one.name).sort(byName);
}

/** Returns the paths of the project's areas, such as `Fabrikam\Web`. Throws `AzureDevOpsProblem`. */
export async function listAreaPaths(projectId: string): Promise<readonly string[]> {
  const path = `${encodeURIComponent(projectId)}/_apis/wit/classificationnodes/Areas?$depth=${String(MAX_AREA_DEPTH)}&${API}`;
  return paths((await request(path, AREA)).value, "");
}

/** Returns the project's pipelines by name. Throws `AzureDevOpsProblem`. */
export async function listPipelines(projectId: string): Promise<readonly Pipeline[]> {
  const found: Pipeline[] = [];
  let token = "";
  do {
    const next = token ? `&continuationToken=${encodeURIComponent(token)}` : "";
    const page = await request(`${encodeURIComponent(projectId)}/_apis/pipelines?$top=1000${next}&${API}`, PIPELINES);
    found.push(...page.value.value);
    token = page.continuation;
  } while (token);
  return found.sort((one, other) => byName(one.name, other.name));
}

function paths(area: Area, above: string): string[] {
  const path = above ? `${above}\\${area.name}` : area.name;
  return [path, ...(area.children ?? []).flatMap((child) => paths(child, path))];
}

function byName(one: string, other: string): number {
  return one.localeCompare(other);
}
