/**
 * The dialog's form: defaults from what is known, with what the person has entered on top.
 *
 * Defaults arrive one after the other while a person may already type, so what is entered is kept apart from them
 * and always wins.
 *
 * @packageDocumentation
 */
import type { AgentEntry, AgentList, RepositoryList } from "../../app/answers";
import type { Repository } from "../../azure_devops/repositories";
import type { WorkItem } from "../../azure_devops/work_items";
import type { Settings } from "../../host/documents";

import { defaultRepository, linkedBranch, selectable } from "./repository";

/** The values of all fields; budgets stay text, as they were typed. */
export interface Form {
  readonly through: "directly" | "pipeline";
  readonly pipelineId: number;
  readonly repository: string;
  readonly sourceBranch: string;
  readonly targetBranch: string;
  readonly agentType: string;
  readonly model: string;
  readonly template: string;
  readonly instructions: string;
  readonly budgetUsd: string;
  readonly budgetMinutes: string;
  readonly createPullRequest: boolean;
  /** The default is that of the repository's settings. */
  readonly draft: NonNullable<Settings["draft"]>;
}

/** What the person has entered: the draft. */
export type Edits = Partial<Form>;

/** Choices of earlier starts. Branches belong to the repository, and a model to the agent, with which they were chosen. */
export type LastChoices = Partial<Omit<Form, "instructions">> & { readonly branchesOf?: string; readonly modelOf?: string };

/** What has been read so far; a part is undefined while it is loading, and when it cannot be read. */
export interface Knowledge {
  readonly settings?: Settings | undefined;
  readonly choices?: LastChoices | undefined;
  readonly items?: readonly WorkItem[] | undefined;
  readonly repositories?: readonly Repository[] | undefined;
  readonly allowed?: RepositoryList | undefined;
  readonly agents?: AgentList | undefined;
  readonly templates?: readonly string[] | undefined;
  /** The pipelines that can be chosen, by id. */
  readonly pipelines?: readonly number[] | undefined;
  /** The id of the repository of the chosen pipeline; empty for one outside Azure Repos. */
  readonly pipelineRepository?: string | undefined;
  /** Branches of the chosen repository that do not exist. */
  readonly missingBranches?: readonly string[] | undefined;
}

/** Returns the form with the defaults and *edits*. */
export function formOf(known: Knowledge, edits: Edits): Form {
  const { settings = {}, choices = {} } = known;
  const route = routeOf(settings, choices, edits);
  const repository = repositoryOf(known, route.through, edits);
  return {
    ...route,
    repository,
    ...branchesOf(known, repository, edits),
    ...agentOf(known, edits),
    template: edits.template ?? offered(known.templates, choices.template, settings.template),
    instructions: edits.instructions ?? "",
    ...budgetOf(choices, edits),
    ...resultOf(settings, choices, edits),
  };
}

function routeOf(settings: Settings, choices: LastChoices, edits: Edits): Pick<Form, "through" | "pipelineId"> {
  const through = edits.through ?? choices.through ?? "directly";
  const pipelineId = edits.pipelineId ?? choices.pipelineId ?? settings.pipeline?.pipelineId ?? 0;
  return { through: settings.pipeline?.enabled ? through : "directly", pipelineId };
}

function budgetOf(choices: LastChoices, edits: Edits): Pick<Form, "budgetUsd" | "budgetMinutes"> {
  return {
    budgetUsd: edits.budgetUsd ?? choices.budgetUsd ?? "",
    budgetMinutes: edits.budgetMinutes ?? choices.budgetMinutes ?? "",
  };
}

function resultOf(settings: Settings, choices: LastChoices, edits: Edits): Pick<Form, "createPullRequest" | "draft"> {
  return {
    createPullRequest: edits.createPullRequest ?? choices.createPullRequest ?? settings.createPullRequest ?? true,
    draft: edits.draft ?? choices.draft ?? settings.draft ?? "default",
  };
}

/** Returns the edits after the fields in *change* were changed; fields that depend on them go back to their defaults. */
export function edit(edits: Edits, change: Edits): Edits {
  const next: Record<string, unknown> = { ...edits, ...change };
  const hasOtherRepository = "repository" in change || "pipelineId" in change || "through" in change;
  const reset = [...(hasOtherRepository ? ["sourceBranch", "targetBranch"] : []), ..."agentType" in change ? ["model"] : []];
  for (const field of reset) {
    if (!(field in change)) Reflect.deleteProperty(next, field);
  }
  return next;
}

/** Returns the agent that the form names. */
export function agentEntry(known: Knowledge, agentType: string): AgentEntry | undefined {
  return known.agents?.value.find((agent) => agent.agentType === agentType);
}

/** Returns the names of branches that the form would use by itself or from a draft, whose existence is uncertain. */
export function branchesToCheck(known: Knowledge, repository: Repository, edits: Edits): readonly string[] {
  const { sourceBranch, targetBranch } = lastBranches(known.choices ?? {}, repository.name);
  const names = [linkedBranch(known.items, repository), sourceBranch, targetBranch, edits.sourceBranch, edits.targetBranch];
  return [...new Set(names)].filter((name) => name !== undefined && name !== "" && name !== repository.defaultBranch) as string[];
}

function lastBranches(choices: LastChoices, repository: string): Pick<LastChoices, "sourceBranch" | "targetBranch"> {
  return choices.branchesOf === repository ? choices : {};
}

function repositoryOf(known: Knowledge, through: Form["through"], edits: Edits): string {
  const ofPipeline = known.repositories?.find((one) => one.id === known.pipelineRepository);
  if (through === "pipeline" && ofPipeline) return ofPipeline.name;
  return edits.repository ?? defaultRepository(known, through);
}

function branchesOf(known: Knowledge, name: string, edits: Edits): Pick<Form, "sourceBranch" | "targetBranch"> {
  const repository = selectable(known).find((one) => one.name === name);
  const { linked = "", source = "", target = "" } = repository ? defaultBranches(known, repository) : {};
  const targetBranch = edits.targetBranch ?? target;
  return { targetBranch, sourceBranch: edits.sourceBranch ?? [linked, source, targetBranch].find(Boolean) ?? "" };
}

/** Returns the branches of the item's link and of the last start, if they still exist. */
function defaultBranches(known: Knowledge, repository: Repository) {
  const { choices = {}, missingBranches = [] } = known;
  const last = lastBranches(choices, repository.name);
  const usable = (branch = "") => (missingBranches.includes(branch) ? "" : branch);
  return {
    linked: usable(linkedBranch(known.items, repository)),
    source: usable(last.sourceBranch),
    target: usable(last.targetBranch) || repository.defaultBranch,
  };
}

function agentOf(known: Knowledge, edits: Edits): Pick<Form, "agentType" | "model"> {
  const chosen = known.agents ? edits.agentType || undefined : edits.agentType; // empty is a choice only while no agent is known
  const agentType = chosen ?? defaultAgent(known);
  const models = agentEntry(known, agentType)?.models;
  return { agentType, model: edits.model ?? offered(models, ...wantedModels(known, agentType)) };
}

function defaultAgent({ settings = {}, choices = {}, agents }: Knowledge): string {
  const wanted = [choices.agentType || undefined, settings.agentType];
  if (!agents) return offered(undefined, ...wanted);
  const available = agents.value.filter((agent) => agent.available).map((agent) => agent.agentType);
  return offered(available, ...wanted, agents.default, available[0]);
}

/** Returns the models of the last start and of the settings, if they were chosen for the agent. */
export function wantedModels({ settings = {}, choices = {} }: Knowledge, agentType: string): readonly (string | undefined)[] {
  const last = choices.modelOf === agentType ? choices.model : undefined;
  const set = [agentType, undefined].includes(settings.agentType) ? settings.model : undefined;
  return [last, set];
}

/** Returns the first wanted entry that is offered; the first one of all while it is not known what is offered. */
function offered(offer: readonly string[] | undefined, ...wanted: readonly (string | undefined)[]): string {
  const isOffered = (one: string) => one === "" || !offer || offer.includes(one);
  return wanted.find((one) => one !== undefined && isOffered(one)) ?? "";
}
