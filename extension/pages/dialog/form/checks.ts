/**
 * Whether the form can be started, and what is missing when it cannot.
 *
 * @packageDocumentation
 */
import { MAX_LENGTHS } from "../../../shared/limits";

import { amount } from "./amounts";
import { agentEntry, type Edits, type Form, type Knowledge } from "./form";
import { appRepository, selectable } from "./repository";

/** What keeps a form from being started, by field. */
export type FieldErrors = Partial<Record<keyof Form, string>>;

/** What the person has to do first; not a mistake, so it is shown only after an attempt to start. */
export const CHOOSE_REPOSITORY = "Choose a repository.";
/** The same for a pipeline. */
export const CHOOSE_PIPELINE = "Choose a pipeline.";

/** Returns the mistakes in *form*, which comes from *known* and *edits*; empty when it can be started. */
export function checkForm(known: Knowledge, edits: Edits, form: Form): FieldErrors {
  const errors: FieldErrors = {
    ...repositoryErrors(known, form),
    ...branchErrors(known, form),
    ...agentErrors(known, edits),
    ...instructionErrors(form),
  };
  if (form.through === "pipeline") return { ...errors, ...pipelineErrors(known, form) };
  return { ...errors, ...budgetErrors(form), ...modelErrors(known, edits, form), ...templateErrors(known, edits) };
}

function repositoryErrors(known: Knowledge, form: Form): FieldErrors {
  const { repositories } = known;
  if (!repositories) {
    const hasDefault = form.through === "directly" && appRepository(known) !== undefined;
    return form.repository || hasDefault ? {} : { repository: CHOOSE_REPOSITORY };
  }
  if (repositories.length === 0) {
    return { repository: "This project has no repository that you can see. Create one in Azure Repos, or ask for access." };
  }
  const offer = selectable(known);
  if (offer.length === 0) {
    return { repository: "Autocoder may not work on any repository of this project that you can see. Ask its administrator to change PROJECT_REPO_MAP." };
  }
  if (!form.repository) return { repository: CHOOSE_REPOSITORY };
  const chosen = offer.find((one) => one.name === form.repository);
  if (!chosen) return { repository: `Autocoder may not work on ${form.repository}, or it was deleted. Choose another repository.` };
  if (!chosen.defaultBranch) {
    return { repository: `${chosen.name} has no branch yet. Push a first commit, or choose another repository.` };
  }
  return {};
}

function branchErrors(known: Knowledge, form: Form): FieldErrors {
  const errors: FieldErrors = {};
  if (!form.repository) return errors;
  for (const field of ["sourceBranch", "targetBranch"] as const) {
    const branch = form[field];
    if (known.missingBranches?.includes(branch)) errors[field] = `${branch} does not exist. Choose another branch.`;
  }
  return errors;
}

function instructionErrors({ instructions }: Form): FieldErrors {
  const limit = MAX_LENGTHS.userPrompt;
  // The app counts code points, and a string has up to two UTF-16 units for each.
  if (instructions.length <= limit || Array.from(instructions).length <= limit) return {};
  return { instructions: `Shorten the instructions to ${limit.toLocaleString("en")} characters.` };
}

function budgetErrors(form: Form): FieldErrors {
  const errors: FieldErrors = {};
  if (amount(form.budgetUsd) === undefined) errors.budgetUsd = "Enter a number above 0, such as 2.50.";
  if (amount(form.budgetMinutes) === undefined) errors.budgetMinutes = "Enter a number above 0, such as 30.";
  return errors;
}

function agentErrors(known: Knowledge, edits: Edits): FieldErrors {
  const { agents } = known;
  if (!agents) return {};
  if (!agents.value.some((agent) => agent.available)) {
    return { agentType: "No agent is available; the list says why. Ask the administrator of Autocoder to correct that." };
  }
  const chosen = edits.agentType;
  if (!chosen || agentEntry(known, chosen)?.available) return {};
  return { agentType: `${chosen} is not available any more. Choose another agent.` };
}

function modelErrors(known: Knowledge, edits: Edits, { agentType }: Form): FieldErrors {
  const agent = agentEntry(known, agentType);
  if (!edits.model || !agent || agent.models.includes(edits.model)) return {};
  return { model: `${agent.name} does not offer ${edits.model} any more. Choose another model.` };
}

function templateErrors({ templates }: Knowledge, { template }: Edits): FieldErrors {
  if (!template || !templates || templates.includes(template)) return {};
  return { template: `The template ${template} does not exist any more. Choose another one.` };
}

function pipelineErrors({ pipelines }: Knowledge, { pipelineId }: Form): FieldErrors {
  if (!pipelineId) return { pipelineId: CHOOSE_PIPELINE };
  if (!pipelines || pipelines.includes(pipelineId)) return {};
  return { pipelineId: "The pipeline was deleted, or you are not allowed to see it. Choose another one." };
}
