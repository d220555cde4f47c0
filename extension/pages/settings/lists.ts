/**
 * The lists that settings are chosen from, read from the app and from Azure DevOps with the person's own rights.
 *
 * @packageDocumentation
 */
import type { AgentList } from "../app/answers";
import { checkAddress } from "../app/address";
import type { Answer } from "../app/client";
import { listAgents, listRepositories, listTemplates } from "../app/runs";
import { listAreaPaths, listPipelines, listRepositoryNames, type Pipeline } from "../azure_devops/projects";
import type { Place } from "../host/session";

import { useResource, valueOf, type Resource } from "../parts/resource";

/** The app's lists; read again when the function URL changes. */
export interface AppLists {
  readonly agents: Resource<AgentList>;
  readonly templates: Resource<readonly string[]>;
}

/** The project's lists; nothing is read in the organisation's settings. */
export interface ProjectLists {
  readonly repositories: Resource<readonly string[]>;
  readonly areas: Resource<readonly string[]>;
  readonly pipelines: Resource<readonly Pipeline[]>;
}

/** Reads the app's lists once *address* is one that may be called. */
export function useAppLists(address: string, place: Place): AppLists {
  const key = keyOf(address);
  return {
    agents: useResource("the agents", key, () => listAgents(address, place)),
    templates: useResource("the prompt templates", key, () => templates(address, place)),
  };
}

/** Reads the project's lists: the repositories that the app allows there, or all of them when it allows any. */
export function useProjectLists(address: string, place: Place): ProjectLists {
  const { projectId } = place;
  return {
    repositories: useResource("the repositories", projectId && `${projectId} ${keyOf(address)}`, () => repositories(address, place)),
    areas: useResource("the areas", projectId, () => valueOf(listAreaPaths(projectId))),
    pipelines: useResource("the pipelines", projectId, () => valueOf(listPipelines(projectId))),
  };
}

function keyOf(address: string): string {
  const checked = checkAddress(address);
  return "origin" in checked ? checked.origin : "";
}

async function templates(address: string, place: Place): Promise<Answer<readonly string[]>> {
  const answer = await listTemplates(address, place);
  return "value" in answer ? { value: answer.value.value } : answer;
}

async function repositories(address: string, place: Place): Promise<Answer<readonly string[]>> {
  const allowed = keyOf(address) ? await listRepositories(address, place) : undefined;
  if (allowed && "value" in allowed && allowed.value.isMapped) return { value: allowed.value.value.map(({ name }) => name) };
  // Without an answer of the app, the project's own repositories are better than no list.
  return valueOf(listRepositoryNames(place.projectId));
}
