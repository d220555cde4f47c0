/**
 * Everything that the dialog reads: each part on its own, so that one that fails leaves the others usable.
 *
 * @packageDocumentation
 */
import { checkAddress, defaultAddress } from "../app/address";
import type { AgentList, RepositoryList, TemplateList } from "../app/answers";
import { listAgents, listRepositories as listAllowed, listTemplates } from "../app/runs";
import { readPipelineRepository } from "../azure_devops/pipelines";
import { listPipelines, type Pipeline } from "../azure_devops/projects";
import { hasBranch, listRepositories, type Repository } from "../azure_devops/repositories";
import { readWorkItems, type WorkItem } from "../azure_devops/work_items";
import { effectiveSettings, projectDocument, readDocument, type Settings } from "../host/documents";
import type { Place } from "../host/session";
import { useResource, valueOf, type Resource } from "../parts/resource";

import { branchesToCheck, formOf, type Edits, type Form, type Known, type LastChoices } from "./form";

/** The parts, the form that they lead to, and where its requests go. */
export interface Reads {
  readonly known: Known;
  readonly form: Form;
  readonly address: string;
  readonly place: { readonly organization: string; readonly project: string; readonly projectId: string };
  readonly settings: Resource<Stored>;
  readonly items: Resource<readonly WorkItem[]>;
  readonly repositories: Resource<readonly Repository[]>;
  readonly allowed: Resource<RepositoryList>;
  readonly agents: Resource<AgentList>;
  readonly templates: Resource<TemplateList>;
  readonly pipelines: Resource<readonly Pipeline[]>;
}

interface Stored {
  readonly settings: Settings;
  readonly choices: LastChoices;
}

/** Reads what the dialog for *ids* needs; *edits* decide which repository and pipeline are looked at. */
export function useReads(host: Place, ids: readonly number[], edits: Edits): Reads {
  const items = useResource("the work items", ids.join(), () => valueOf(readWorkItems(ids)));
  const project = projectOf(items, host);
  const repositories = useResource("the repositories", project, () => valueOf(listRepositories(project)));
  const projectId = !project || project === host.project ? host.projectId : (repositories.value?.[0]?.projectId ?? "");
  const settings = useResource("Autocoder's settings", projectId, () => valueOf(readStored(projectId)));
  const place = { organization: host.organization, project, projectId };
  const app = useApp(settings.value?.settings, place, ids[0]);
  const parts = { ...settings.value, items: items.value, repositories: repositories.value };
  const fromApp = { allowed: app.allowed.value, agents: app.agents.value, templates: app.templates.value?.value };
  const code = useCode({ ...parts, ...fromApp }, place.project, edits);
  return { ...code, ...app, place, settings, items, repositories };
}

/** Returns the project of the first item that can be read, or the page's when none can; empty while they are read. */
function projectOf(items: Resource<readonly WorkItem[]>, host: Place): string {
  if (items.isLoading) return "";
  return items.value?.find((item) => !item.isMissing)?.project ?? host.project;
}

async function readStored(projectId: string): Promise<Stored> {
  const id = projectDocument(projectId);
  const [settings, choices] = await Promise.all([
    effectiveSettings(projectId),
    readDocument<LastChoices>("choices", id).catch(() => ({})), // a convenience, which must not keep anybody from starting
  ]);
  return { settings, choices };
}

/** Reads what the app offers, once its address is known and allowed. */
function useApp(settings: Settings | undefined, place: Reads["place"], workItemId: number | undefined) {
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
function useCode(parts: Known, project: string, edits: Edits) {
  const listKey = parts.settings?.pipeline?.enabled ? project : "";
  const pipelines = useResource("the pipelines", listKey, () => valueOf(listPipelines(project)));
  const { through, pipelineId } = formOf(parts, edits);
  const pipelineKey = through === "pipeline" && pipelineId > 0 && project !== "" ? `${project} ${String(pipelineId)}` : "";
  const ofPipeline = useResource("the pipeline", pipelineKey, () => valueOf(readPipelineRepository(project, pipelineId)));
  const known = { ...parts, pipelineRepository: ofPipeline.value };
  const all = { ...known, missingBranches: useMissingBranches(known, edits) };
  return { known: all, form: formOf(all, edits), pipelines };
}

/** Returns the branches that were deleted since a person chose them or linked them to the work item. */
function useMissingBranches(known: Known, edits: Edits): readonly string[] | undefined {
  const name = formOf(known, edits).repository;
  const repository = known.repositories?.find((one) => one.name === name);
  const names = repository ? branchesToCheck(known, repository, edits) : [];
  const key = repository && names.length > 0 ? JSON.stringify([repository.id, names]) : "";
  return useResource("the branches", key, () => valueOf(repository ? findMissing(repository, names) : Promise.resolve([]))).value;
}

async function findMissing(repository: Repository, names: readonly string[]): Promise<readonly string[]> {
  const exist = await Promise.all(names.map((name) => hasBranch(repository, name)));
  return names.filter((_, index) => !exist[index]);
}
