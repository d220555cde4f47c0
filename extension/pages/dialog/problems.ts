/**
 * What a person can do about a problem.
 *
 * @packageDocumentation
 */
import type { Problem } from "../app/client";
import { nextStep } from "../parts/next_step";
import { sentence, toProblem } from "../parts/resource";

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

/** Returns what was thrown while a pipeline was started, as a problem. */
export function toPipelineProblem(thrown: unknown): Problem {
  const { status, message } = toProblem(thrown, "The pipeline did not start.");
  return { status, code: "pipeline", message: [message, PIPELINE_STEPS[status], SAFE].filter(Boolean).join(" ") };
}
