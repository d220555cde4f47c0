/**
 * What a person can do about a start that failed, and which field of the form it is about.
 *
 * @packageDocumentation
 */
import type { Problem } from "../../app/client";
import { asAzureDevOpsProblem, type AzureDevOpsProblem } from "../../azure_devops/client";
import { APPROVE, NO_SESSION } from "../../azure_devops/refusals";
import { nextStep } from "../../parts/next_step";
import { sentence } from "../../parts/reasons";

import type { FieldErrors } from "../form/checks";
import type { Form } from "../form/form";
import type { Start } from "./starts";

const SAFE = "What you typed is kept.";

const LOOK_FIRST = "Look at the pipeline's runs before you start it again, because the request may have arrived.";
const UNANSWERED = `${LOOK_FIRST} If no run is there and it happens again, ${APPROVE}.`;
const PIPELINE_STEPS: Readonly<Record<number, string>> = {
  400:
    "Check that the pipeline declares the parameters workItemId, agentType, userPrompt, createPullRequest and " +
    "targetBranch, and that its repository has the source branch.",
  403: "Ask an administrator of the pipeline for the permission Queue builds.",
  404: "The pipeline may have been deleted. Choose another one.",
};

/** The fields of the form, by those of the request. */
const FIELDS: Readonly<Record<string, keyof Form>> = {
  repository: "repository",
  baseBranch: "sourceBranch",
  targetBranch: "targetBranch",
  agentType: "agentType",
  model: "model",
  template: "template",
  userPrompt: "instructions",
  "budget.usd": "budgetUsd",
  "budget.minutes": "budgetMinutes",
};

/** Returns *problem* with the next step at its end. */
export function withNextStep(problem: Problem): Problem {
  return { ...problem, message: [sentence(problem.message), nextStep(problem), SAFE].filter(Boolean).join(" ") };
}

/** Returns the id of the run that is in progress already, if that is the problem. */
export function activeRun(problem: Problem | undefined): string | undefined {
  return problem?.code === "run_active" ? (problem.details?.runId ?? undefined) : undefined;
}

/** Returns what the app refused, by field, as long as the field in *form* still has the refused value. */
export function refusedFields(starts: readonly Start[], form: Form): FieldErrors {
  const errors: FieldErrors = {};
  for (const { problem, form: refused } of starts) {
    for (const { field, message } of problem?.details?.problems ?? []) {
      const name = FIELDS[field];
      if (name && refused?.[name] === form[name]) errors[name] = sentence(`Autocoder refused this: ${message}`);
    }
  }
  return errors;
}

/** Returns the problem of a work item that is gone. */
export function missingItem(id: number): Problem {
  const message = `Work item ${String(id)} was deleted, or you are not allowed to see it. No run is started for it. ${SAFE}`;
  return { status: 404, code: "missing_item", message };
}

/** Returns what was thrown while a pipeline was started, as a problem with one next step. */
export function toPipelineProblem(thrown: unknown): Problem {
  const problem = asAzureDevOpsProblem(thrown);
  const { status, reason } = problem;
  return { status, code: "pipeline", message: ["The pipeline did not start.", sentence(reason), pipelineStep(problem), SAFE].filter(Boolean).join(" ") };
}

/** Returns what to do about a pipeline that did not start: more exactly than for any request, if possible. */
function pipelineStep({ status, reason, next }: AzureDevOpsProblem): string {
  if (reason === NO_SESSION.reason) return next;
  if (status === 0) return UNANSWERED;
  return status >= 500 ? LOOK_FIRST : (PIPELINE_STEPS[status] ?? next);
}
