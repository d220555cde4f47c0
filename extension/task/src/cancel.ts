/**
 * Cancelling: the agent sends SIGINT, SIGTERM after 7.5 seconds (on Windows Ctrl-C, then Ctrl-Break), and kills the
 * process 2.5 seconds later.
 *
 * @see https://github.com/microsoft/azure-pipelines-agent/blob/master/src/Agent.Sdk/ProcessInvoker.cs
 * @packageDocumentation
 */
import { send } from "./app";
import type { Connection } from "./connection";
import { print, reportIssue } from "./console";
import type { Run } from "./run";

/** Longest time for learning the run's id and posting the cancel, in milliseconds. */
export const MAX_CANCEL_MS = 5_000;
const SIGNALS = ["SIGINT", "SIGTERM", "SIGBREAK"] as const;

/** Returns a signal that fires at the first of the agent's signals; later ones change nothing. */
export function cancelSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of SIGNALS) {
    process.on(name, () => {
      controller.abort(new Error("The pipeline's job was cancelled."));
    });
  }
  return controller.signal;
}

/**
 * Asks the app within `MAX_CANCEL_MS` to cancel the run, and says what came of it. A start that is under way is
 * awaited first, because its run may already exist.
 */
export async function cancelRun(app: Connection, started: Promise<Run>): Promise<void> {
  const deadline = AbortSignal.timeout(MAX_CANCEL_MS);
  try {
    const run = await Promise.race([started, rejectedAt(deadline)]);
    const answer = await send(app, { method: "POST", path: `/api/runs/${run.id}/cancel` }, deadline);
    if (answer.status === 202) print(`Run ${run.id} is being cancelled.`);
    else reportIssue("warning", notCancelled(`run ${run.id}`, answer.reason));
  } catch (error) {
    reportIssue("warning", notCancelled("the run", String(error)));
  }
}

function notCancelled(run: string, reason: string): string {
  return `The app did not cancel ${run}, which may still be in progress or has ended: ${reason}.`;
}

function rejectedAt(deadline: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    deadline.addEventListener("abort", () => {
      reject(new Error("the app did not answer in time"));
    });
  });
}
