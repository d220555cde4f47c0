/**
 * What the task leaves behind when its run has ended: output variables, the summary and the result.
 *
 * @packageDocumentation
 */
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import * as tl from "azure-pipelines-task-lib/task";

import { oneLine, print, reportIssue } from "./console";
import { resultOf, type Rules } from "./rules";
import type { Run } from "./run";
import { summaryOf } from "./summary";

/** Returns the output variables of an ended run: those that task.json describes, and allows the task to set. */
export function outputsOf(run: Run): Readonly<Record<string, string>> {
  return {
    runId: run.id,
    outcome: run.status,
    pullRequestId: shown(run.pullRequestId),
    pullRequestUrl: run.pullRequestUrl,
    branch: run.branch,
    costUsd: shown(run.usage.costUsd),
  };
}

function shown(value: number | null): string {
  return value === null ? "" : String(value);
}

/** Sets one output variable, which later steps and jobs read by the step's name. */
export function setOutput(name: string, value: string): void {
  tl.setVariable(name, oneLine(value), false, true);
}

/** Reports an ended run as outputs, summary and result. */
export function conclude(run: Run, rules: Rules): void {
  for (const [name, value] of Object.entries(outputsOf(run))) setOutput(name, value);
  uploadSummary(run);
  if (run.pullRequestUrl) print(`Pull request: ${run.pullRequestUrl}`);
  const result = resultOf(run.status, rules);
  if (run.reason && result !== tl.TaskResult.Succeeded) {
    reportIssue(result === tl.TaskResult.Failed ? "error" : "warning", run.reason);
  }
  tl.setResult(result, `Run ${run.id} ended: ${run.status}.`);
}

/** Writes the summary where the agent finds it later; so the file stays. */
function uploadSummary(run: Run): void {
  const folder = tl.getVariable("Agent.TempDirectory") ?? tmpdir();
  const file = path.join(folder, `autocoder-${run.id}.md`);
  writeFileSync(file, summaryOf(run));
  tl.uploadSummary(file);
}
