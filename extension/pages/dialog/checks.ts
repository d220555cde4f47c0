/**
 * Whether the form can be started, and what is missing when it cannot.
 *
 * @packageDocumentation
 */
import type { Form, Known } from "./form";
import { selectable } from "./repository";

/** What keeps a form from being started: by field, and `general` for what no field can correct. */
export type FieldErrors = Partial<Record<keyof Form | "general", string>>;

/** Longest instructions that the app accepts. */
export const MAX_INSTRUCTIONS = 100_000;

/** Returns the mistakes in *form*; empty when it can be started. */
export function checkForm(known: Known, form: Form): FieldErrors {
  const errors: Record<string, string> = { ...repositoryErrors(known, form), ...branchErrors(known, form) };
  if (form.instructions.length > MAX_INSTRUCTIONS) {
    errors["instructions"] = `Shorten the instructions to ${MAX_INSTRUCTIONS.toLocaleString("en")} characters.`;
  }
  if (form.through === "pipeline") {
    return form.pipelineId ? errors : { ...errors, pipelineId: "Choose a pipeline." };
  }
  return { ...errors, ...budgetErrors(form), ...agentErrors(known) };
}

/** Returns the amount that *text* names, null when it is empty, and undefined when it is no positive number. */
export function amount(text: string): number | null | undefined {
  const trimmed = text.trim();
  if (!trimmed) return null;
  const value = /^\d{1,7}([.,]\d{1,4})?$/.test(trimmed) ? Number(trimmed.replace(",", ".")) : 0;
  return value > 0 ? value : undefined;
}

function repositoryErrors(known: Known, form: Form): FieldErrors {
  const { repositories } = known;
  if (!repositories) return {};
  if (repositories.length === 0) {
    return { repository: "This project has no repository that you can see. Create one in Azure Repos, or ask for access." };
  }
  const offer = selectable(known);
  if (offer.length === 0) {
    return { repository: "Autocoder may not work on any repository of this project that you can see. Ask its administrator to change PROJECT_REPO_MAP." };
  }
  if (!form.repository) return { repository: "Choose a repository." };
  const chosen = offer.find((one) => one.name === form.repository);
  if (!chosen) return { repository: `Autocoder may not work on ${form.repository}, or it was deleted. Choose another repository.` };
  if (!chosen.defaultBranch) {
    return { repository: `${chosen.name} has no branch yet. Push a first commit, or choose another repository.` };
  }
  return {};
}

function branchErrors(known: Known, form: Form): FieldErrors {
  const errors: FieldErrors = {};
  if (!form.repository) return errors;
  for (const field of ["sourceBranch", "targetBranch"] as const) {
    const branch = form[field];
    if (known.missingBranches?.includes(branch)) errors[field] = `${branch} does not exist any more. Choose another branch.`;
  }
  return errors;
}

function budgetErrors(form: Form): FieldErrors {
  const errors: FieldErrors = {};
  if (amount(form.budgetUsd) === undefined) errors.budgetUsd = "Enter a number above 0, such as 2.50.";
  if (amount(form.budgetMinutes) === undefined) errors.budgetMinutes = "Enter a number above 0, such as 30.";
  return errors;
}

function agentErrors({ agents }: Known): FieldErrors {
  if (!agents || agents.value.some((agent) => agent.available)) return {};
  return { agentType: "No agent is available; the list says why. Ask the administrator of Autocoder to correct that." };
}
