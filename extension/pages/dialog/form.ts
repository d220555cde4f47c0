/**
 * The dialog's form: defaults from what is known, with what the person has entered on top.
 *
 * Defaults arrive one after the other while a person may already type, so what is entered is kept apart from them
 * and always wins.
 *
 * @packageDocumentation
 */
import type { AgentEntry, AgentList, RepositoryList } from "../app/answers";
import type { Repository } from "../azure_devops/repositories";
import type { WorkItem } from "../azure_devops/work_items";
import type { Choices, Settings } from "../host/documents";

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
  /** Undefined leaves the choice to the settings of the repository. */
  readonly draft: boolean | undefined;
}

/** What the person has entered: the draft. */
export type Edits = Partial<Form>;

/** Choices of the last start; those about pipelines are the dialog's own. */
export type LastChoices = Choices & Partial<Pick<Form, "through" | "pipelineId">>;

/** What has been read so far; a part is undefined while it is loading or when it cannot be read. */
export interface Known {
  readonly settings?: Settings | undefined;
  readonly choices?: LastChoices | undefined;
  readonly items?: readonly WorkItem[] | undefined;
  readonly repositories?: readonly Repository[] | undefined;
  readonly allowed?: RepositoryList | undefined;
  readonly agents?: AgentList | undefined;
  readonly templates?: readonly string[] | undefined;
  /** The id of the repository of the chosen pipeline. */
  readonly pipelineRepository?: string | undefined;
  /** Branches of the chosen repository that do not exist. */
  readonly missingBranches?: readonly string[] | undefined;
}

/** Returns the form with the defaults and *edits*. */
export function formOf(known: Known, edits: Edits): Form {
  const { settings = {}, choices = {} } = known;
  const routing = routeOf(settings, choices, edits);
  const repository = repositoryOf(known, routing.through, edits);
  return {
    ...routing,
    repository,
    ...branchesOf(known, repository, edits),
    ...agentOf(known, edits),
    template: edits.template ?? offered(known.templates, choices.template, settings.template),
    instructions: edits.instructions ?? "",
    ...budgetOf(choices, edits),
    createPullRequest: edits.createPullRequest ?? choices.createPullRequest ?? settings.createPullRequest ?? true,
    draft: edits.draft ?? choices.draft ?? draftOf(settings),
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
export function agentEntry(known: Known, agentType: string): AgentEntry | undefined {
  return known.agents?.value.find((agent) => agent.agentType === agentType);
}

/** Returns what to keep as the choices of the last start: everything but the instructions, which belong to the items. */
export function choicesOf(form: Form): LastChoices {
  const choices: Record<string, unknown> = { ...form };
  delete choices["instructions"];
  if (form.draft === undefined) delete choices["draft"];
  return choices;
}

/** Returns the names of branches that the form would use by itself or from a draft, whose existence is uncertain. */
export function branchesToCheck(known: Known, repository: Repository, edits: Edits): readonly string[] {
  const { choices = {} } = known;
  const last = choices.repository === repository.name ? [choices.sourceBranch, choices.targetBranch] : [];
  const names = [linkedBranch(known.items, repository), ...last, edits.sourceBranch, edits.targetBranch];
  return [...new Set(names)].filter((name) => name !== undefined && name !== "" && name !== repository.defaultBranch) as string[];
}

function repositoryOf(known: Known, through: Form["through"], edits: Edits): string {
  const ofPipeline = known.repositories?.find((one) => one.id === known.pipelineRepository);
  if (through === "pipeline" && ofPipeline) return ofPipeline.name;
  return edits.repository ?? defaultRepository(known);
}

function branchesOf(known: Known, name: string, edits: Edits): Pick<Form, "sourceBranch" | "targetBranch"> {
  const repository = selectable(known).find((one) => one.name === name);
  const { linked = "", source = "", target = "" } = repository ? defaultBranches(known, repository) : {};
  const targetBranch = edits.targetBranch ?? target;
  return { targetBranch, sourceBranch: edits.sourceBranch ?? [linked, source, targetBranch].find(Boolean) ?? "" };
}

/** Returns the branches of the item's link and of the last start, if they still exist. */
function defaultBranches(known: Known, repository: Repository) {
  const { choices = {}, missingBranches = [] } = known;
  const last = choices.repository === repository.name ? choices : {};
  const usable = (branch = "") => (missingBranches.includes(branch) ? "" : branch);
  return {
    linked: usable(linkedBranch(known.items, repository)),
    source: usable(last.sourceBranch),
    target: usable(last.targetBranch) || repository.defaultBranch,
  };
}

function agentOf(known: Known, edits: Edits): Pick<Form, "agentType" | "model"> {
  const { settings = {}, choices = {}, agents } = known;
  const available = (agents?.value ?? []).filter((agent) => agent.available).map((agent) => agent.agentType);
  const wanted = [edits.agentType, choices.agentType, settings.agentType, agents?.default, available[0]];
  const agentType = wanted.find((one) => one !== undefined && available.includes(one)) ?? "";
  return { agentType, model: offered(agentEntry(known, agentType)?.models, edits.model, ...models(known, agentType)) };
}

/** Returns the models of the last start and of the settings, if they were chosen for the agent. */
function models({ settings = {}, choices = {} }: Known, agentType: string): readonly (string | undefined)[] {
  const last = choices.agentType === agentType ? choices.model : undefined;
  const set = [agentType, undefined].includes(settings.agentType) ? settings.model : undefined;
  return [last, set];
}

function offered(offer: readonly string[] | undefined, ...wanted: readonly (string | undefined)[]): string {
  const first = wanted.find((one) => one !== undefined && (one === "" || offer?.includes(one)));
  return first ?? "";
}

function draftOf(settings: Settings): boolean | undefined {
  return settings.draft === undefined || settings.draft === "default" ? undefined : settings.draft === "always";
}
