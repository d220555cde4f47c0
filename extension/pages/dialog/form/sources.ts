/**
 * Everything that the dialog reads: each part on its own, so that one that fails leaves the others usable.
 *
 * @packageDocumentation
 */
import { checkAddress, defaultAddress } from "../../app/address";
import type { AgentList, RepositoryList, TemplateList } from "../../app/answers";
import { listAgents, listRepositories as listAllowed, listTemplates } from "../../app/runs";
import { readPipelineRepository } from "../../azure_devops/pipelines";
import { listPipelines, type Pipeline } from "../../azure_devops/projects";
import { hasBranch, listRepositories, type Repository } from "../../azure_devops/repositories";
import { readWorkItems, type WorkItem } from "../../azure_devops/work_items";
import { effectiveSettings, projectDocument, readDocument, type Settings } from "../../host/documents";
import type { Place } from "../../host/session";
import { useResource, valueOf, type Resource } from "../../parts/resource";

import { readChoices } from "./choices";
import { branchesToCheck, formOf, type Edits, type Form, type Knowledge, type LastChoices } from "./form";

/** The parts, the form that they lead to, and where its requests go. */
export interface Sources {
  readonly known: Knowledge;
  readonly form: Form;
  readonly address: string;
  readonly place: { readonly organization: string; readonly project: string; readonly projectId: string };
  readonly settings: Resource<Settings>;
  readonly choices: Resource<LastChoices>;
  readonly items: Resource<readonly WorkItem[]>;
  readonly repositories: Resource<readonly Repository[]>;
  readonly allowed: Resource<RepositoryList>;
  readonly agents: Resource<AgentList>;
  readonly templates: Resource<TemplateList>;
  readonly pipelines: Resource<readonly Pipeline[]>;
  /** The id of the chosen pipeline's repository. */
  readonly pipeline: Resource<string>;
  /** The branches of the form that do not exist. */
  readonly branches: Resource<readonly string[]>;
}

/** Reads what the dialog for *ids* needs; *edits* decide which repository and pipeline are looked at. */
export function useSources(host: Place, ids: readonly number[], edits: Edits): Sources {
  const items = useResource("the work items", ids.join(), () => valueOf(readWorkItems(ids)));
  const project = projectOf(items, host);
  const repositories = useResource("the repositories", project, () => valueOf(listRepositories(project)));
  const projectId = !project || project === host.project ? host.projectId : (repositories.value?.[0]?.projectId ?? "");
  const settings = useResource("the project's settings", projectId, () => valueOf(effectiveSettings(projectId)));
  const choices = useResource("your last choices", projectId, () => valueOf(readLast(projectId)));
  const place = { organization: host.organization, project, projectId };
  const app = useApp(settings.value, place, ids[0]);
  const known = {
    settings: settings.value,
    choices: choices.problem ? {} : choices.value, // a convenience, which must not keep anybody from starting
    items: items.value,
    repositories: repositories.value,
    allowed: app.allowed.value,
    agents: app.agents.value,
    templates: app.templates.value?.value,
  };
  return { ...useCode(known, project, edits), ...app, place, settings, choices, items, repositories };
}

/** Returns the project of the first item that can be read, or the page's when none can; empty while they are read. */
function projectOf(items: Resource<readonly WorkItem[]>, host: Place): string {
  if (items.isLoading) return "";
  return items.value?.find((item) => !item.isMissing)?.project ?? host.project;
}

async function readLast(projectId: string): Promise<LastChoices> {
  return readChoices(await readDocument("choices", projectDocument(projectId)));
}

/** Reads what the app offers, once its address is known and allowed. */
function useApp(settings: Settings | undefined, place: Sources["place"], workItemId: number | undefined) {
  const address = settings?.functionUrl ?? defaultAddress();
  const isReady = settings !== undefined && place.project !== "" && "origin" in checkAddress(address);
  const key = isReady ? `${address} ${place.organization} ${place.project}` : "";
  return {
    address,
    allowed: useResource("the allowed repositories", key, () => listAllowed(address, place, workItemId)),
    agents: useResource("the agents", key, () => listAgents(address, place)),
    templates: useResource("the templates", key, () => listTemplates(address, place)),
  };
}

/** Reads pipelines and branches, which depend on what is chosen in the form. */
function useCode(parts: Knowledge, project: string, edits: Edits) {
  const listKey = parts.settings?.pipeline?.enabled ? project : "";
  const pipelines = useResource("the pipelines", listKey, () => valueOf(listPipelines(project)));
  const { through, pipelineId } = formOf(parts, edits);
  const pipelineKey = through === "pipeline" && pipelineId > 0 && project !== "" ? `${project} ${String(pipelineId)}` : "";
  const pipeline = useResource("the pipeline", pipelineKey, () => valueOf(readPipelineRepository(project, pipelineId)));
  const known = { ...parts, pipelines: pipelines.value?.map((one) => one.id), pipelineRepository: pipeline.value };
  const branches = useMissingBranches(known, edits);
  const all = { ...known, missingBranches: branches.value };
  return { known: all, form: formOf(all, edits), pipelines, pipeline, branches };
}

/** Reads which branches were deleted since a person chose them or linked them to the work item. */
function useMissingBranches(known: Knowledge, edits: Edits): Resource<readonly string[]> {
  const name = formOf(known, edits).repository;
  const repository = known.repositories?.find((one) => one.name === name);
  const names = repository ? branchesToCheck(known, repository, edits) : [];
  const key = repository && names.length > 0 ? JSON.stringify([repository.id, names]) : "";
  return useResource("the branches", key, () => valueOf(repository ? findMissing(repository, names) : Promise.resolve([])));
}

async function findMissing(repository: Repository, names: readonly string[]): Promise<readonly string[]> {
  const exist = await Promise.all(names.map((name) => hasBranch(repository, name)));
  return names.filter((_, index) => !exist[index]);
}
