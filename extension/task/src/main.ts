/**
 * The pipelines task `Autocoder@1`: starts a run, follows it, and ends as the run ended.
 *
 * @packageDocumentation
 */
import { tmpdir } from "node:os";
import path from "node:path";

import * as tl from "azure-pipelines-task-lib/task";

import { idempotencyKey } from "./attempt";
import { cancelRun, cancelSignal } from "./cancel";
import { conclude, setOutput } from "./conclude";
import { readConnection, type Connection } from "./connection";
import { print, reportIssue } from "./console";
import { TaskFailure } from "./failure";
import { follow } from "./follow";
import { explainApiKey, readBody } from "./inputs";
import { RunLog } from "./log";
import { readRules } from "./rules";
import { hasEnded, type Run } from "./run";
import { startRun } from "./start";

/** Runs the task to its result; a cancelled task has none, because the agent then sets its own. */
async function main(): Promise<void> {
  const cancelled = cancelSignal();
  const untilTheEnd = new AbortController();
  try {
    const [app, rules, body] = [readConnection(), readRules(), readBody()];
    explainApiKey();
    const started = startRun(app, body, idempotencyKey(), untilTheEnd.signal);
    const run = await toTheEnd(app, started, cancelled);
    if (run === undefined) await cancelRun(app, started);
    else conclude(run, rules);
  } catch (error) {
    fail(error);
  } finally {
    untilTheEnd.abort();
    process.exitCode = 0; // anything else counts as a failure of the agent; the result is what was printed
  }
}

/** Follows the started run; returns undefined when the job is cancelled before its end. */
async function toTheEnd(app: Connection, started: Promise<Run>, cancelled: AbortSignal): Promise<Run | undefined> {
  const cancel = new Promise<undefined>((resolve) => {
    cancelled.addEventListener("abort", () => {
      resolve(undefined);
    });
  });
  try {
    const run = await Promise.race([started, cancel]);
    if (run === undefined) return undefined;
    announce(run);
    return await follow({ app, runId: run.id, log: new RunLog(logFile()), stop: cancelled });
  } catch (error) {
    if (cancelled.aborted) return undefined;
    throw error;
  }
}

function announce(run: Run): void {
  setOutput("runId", run.id);
  if (hasEnded(run)) {
    print(`An earlier attempt of this step started run ${run.id}, which has ended; no second run was started.`);
  } else print(`Following run ${run.id}.`);
}

function logFile(): string {
  const folder = tl.getVariable("Build.ArtifactStagingDirectory") ?? tl.getVariable("Agent.TempDirectory");
  return path.join(folder ?? tmpdir(), "autocoder.log");
}

function fail(error: unknown): void {
  const failure = error instanceof TaskFailure ? error : new TaskFailure("The task failed unexpectedly.", String(error));
  if (failure.detail) reportIssue("error", failure.detail);
  tl.setResult(tl.TaskResult.Failed, failure.message);
}

void main();
