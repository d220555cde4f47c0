/**
 * What a person chose in earlier dialogs of the project. Only what the person changed is kept, so that a default that
 * changes later reaches everybody who did not choose.
 *
 * @packageDocumentation
 */
import { edit, type Edits, type Form, type LastChoices } from "./form";

const THROUGH: readonly unknown[] = ["directly", "pipeline"];
const DRAFTS: readonly unknown[] = ["default", "always", "never"];
const isText = (value: unknown): boolean => typeof value === "string";
const isFlag = (value: unknown): boolean => typeof value === "boolean";
const KINDS: Readonly<Record<keyof Form, (value: unknown) => boolean>> = {
  through: (value) => THROUGH.includes(value),
  pipelineId: (value) => Number.isSafeInteger(value),
  repository: isText,
  sourceBranch: isText,
  targetBranch: isText,
  agentType: isText,
  model: isText,
  template: isText,
  instructions: isText,
  budgetUsd: isText,
  budgetMinutes: isText,
  createPullRequest: isFlag,
  draft: (value) => DRAFTS.includes(value),
};

/** Returns the edits in *content*, a stored document, without what is of the wrong type. */
export function readEdits(content: unknown): Edits {
  const given = Object(content) as Record<string, unknown>;
  const fields = (Object.keys(KINDS) as (keyof Form)[]).filter((field) => Object.hasOwn(given, field) && KINDS[field](given[field]));
  return Object.fromEntries(fields.map((field) => [field, given[field]]));
}

/** Returns the choices in *content*, a stored document. */
export function readChoices(content: unknown): LastChoices {
  const { branchesOf, modelOf } = Object(content) as Record<string, unknown>;
  const choices: Record<string, unknown> = { ...readEdits(content) };
  delete choices["instructions"];
  return {
    ...choices,
    ...(typeof branchesOf === "string" ? { branchesOf } : {}),
    ...(typeof modelOf === "string" ? { modelOf } : {}),
  };
}

/**
 * Returns the choices to keep after a start: *last*, with what the person changed in this dialog on top. Instructions
 * are left out, because they belong to the work items.
 */
export function choicesAfter(last: LastChoices, edits: Edits, form: Form): LastChoices {
  const changed: Record<string, unknown> = { ...edits };
  delete changed["instructions"];
  const ofBranches = "sourceBranch" in changed || "targetBranch" in changed ? { branchesOf: form.repository } : {};
  const ofModel = "model" in changed ? { modelOf: form.agentType } : {};
  const kept: Record<string, unknown> = { ...last };
  if (ofBranches.branchesOf !== undefined && ofBranches.branchesOf !== last.branchesOf) {
    delete kept["sourceBranch"];
    delete kept["targetBranch"];
  }
  return { ...edit(kept, changed), ...keptOwners(last), ...ofBranches, ...ofModel };
}

function keptOwners({ branchesOf, modelOf }: LastChoices): LastChoices {
  return { ...(branchesOf === undefined ? {} : { branchesOf }), ...(modelOf === undefined ? {} : { modelOf }) };
}
