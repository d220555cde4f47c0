/**
 * What a person can do about a problem.
 *
 * @packageDocumentation
 */
import type { Answer, Problem } from "../app/client";
import { AzureDevOpsProblem } from "../azure_devops/client";
import { nextStep } from "../parts/next_step";

const SAFE = "What you typed is kept.";

const PIPELINE_STEPS: Readonly<Record<number, string>> = {
  0: "Look at the pipeline's runs before you start it again, because the request may have arrived.",
  400:
    "Check that the pipeline declares the parameters workItemId, agentType, userPrompt, createPullRequest and " +
    "targetBranch, and that its repository has the source branch.",
  403: "Ask an administrator of the pipeline for the permission Queue builds.",
  404: "The pipeline may have been deleted. Choose another one.",
};

/** Returns *problem* with the next step at its end. */
export function withNextStep(problem: Problem): Problem {
  return { ...problem, message: [sentence(problem.message), nextStep(problem), SAFE].filter(Boolean).join(" ") };
}

/** Returns the id of the run that is in progress already, if that is the problem. */
export function activeRun(problem: Problem | undefined): string | undefined {
  return problem?.code === "run_active" ? (problem.details?.runId ?? undefined) : undefined;
}

/** Returns what was thrown while *what* was read, as a problem. */
export function toProblem(thrown: unknown, what: string): Problem {
  return { status: statusOf(thrown), code: "azure_devops", message: `Could not read ${what}. ${reasonOf(thrown)}` };
}

/** Returns what was thrown while a pipeline was started, as a problem. */
export function toPipelineProblem(thrown: unknown): Problem {
  const status = statusOf(thrown);
  const message = ["The pipeline did not start.", reasonOf(thrown), PIPELINE_STEPS[status], SAFE].filter(Boolean).join(" ");
  return { status, code: "pipeline", message };
}

/** Returns the value of *answer*; throws its problem. */
export function unwrap<T>(answer: Answer<T>): T {
  if ("problem" in answer) throw new AnswerProblem(answer.problem);
  return answer.value;
}

/** A problem of an answer, where a value is expected. */
export class AnswerProblem extends Error {
  constructor(readonly problem: Problem) {
    super(problem.message);
  }
}

function statusOf(thrown: unknown): number {
  return thrown instanceof AzureDevOpsProblem ? thrown.status : 0;
}

/** Returns the message of what was thrown: an error, or an object that the host sent in place of one. */
function reasonOf(thrown: unknown): string {
  const { message } = Object(thrown) as { message?: unknown };
  return sentence(typeof message === "string" ? message : "Azure DevOps gave no reason");
}

function sentence(text: string): string {
  return /[.!?]$/.test(text.trim()) ? text.trim() : `${text.trim()}.`;
}
