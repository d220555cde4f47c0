/**
 * Which attempt of which step this is, so that a repeated attempt gets the same run.
 *
 * @see https://learn.microsoft.com/azure/devops/pipelines/build/variables
 * @packageDocumentation
 */
import { randomUUID } from "node:crypto";

import * as tl from "azure-pipelines-task-lib/task";

const STEP = ["System.JobId", "System.TaskInstanceId", "System.PlanId"];
const ATTEMPTS = ["System.StageAttempt", "System.JobAttempt"];

/**
 * Returns the `Idempotency-Key` of this step: the same when the agent repeats the task
 * (`retryCountOnTaskFailure`), another one when a person runs the job, the stage or the pipeline again.
 *
 * The ids of a YAML pipeline's jobs and steps are made from their names and recur in each run of the pipeline; so the
 * id of the plan, which exists once for each run, is part of the key.
 */
export function idempotencyKey(): string {
  const step = STEP.map((name) => tl.getVariable(name));
  if (step.some((part) => !part)) return randomUUID();
  const attempts = ATTEMPTS.map((name) => tl.getVariable(name) ?? "1");
  return [...step, ...attempts].join("-");
}
