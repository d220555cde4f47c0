/**
 * Following a run to its end: its phases and its log.
 *
 * @packageDocumentation
 */
import { send, type Answer } from "./app";
import type { Connection } from "./connection";
import { print } from "./console";
import { TaskFailure } from "./failure";
import type { RunLog } from "./log";
import { isFromTheApp, sleep, untilFinal } from "./patience";
import { hasEnded, readLogPart, readRun, type Run } from "./run";

const MIN_POLL_MS = 1_000;
const MAX_POLL_MS = 5_000;

/** What following needs: the app, the run, its log, and the signal that ends it early. */
export interface FollowedRun {
  readonly app: Connection;
  readonly runId: string;
  readonly log: RunLog;
  readonly stop: AbortSignal;
}

/** Follows the run until it has ended and its log is complete; returns the ended run. */
export async function follow(followed: FollowedRun): Promise<Run> {
  let offset = 0;
  let status = "";
  for (let pause = MIN_POLL_MS; ; ) {
    const run = readRun(await read(followed, ""));
    const part = readLogPart(await read(followed, `/log?offset=${String(offset)}`), offset);
    const isNews = run.status !== status || part.nextOffset > offset;
    if (run.status !== status && !hasEnded(run)) print(`Run ${run.id}: ${run.status}`);
    followed.log.add(part.text);
    if (hasEnded(run) && (part.complete || part.nextOffset === offset)) {
      followed.log.end();
      return run;
    }
    pause = isNews ? MIN_POLL_MS : Math.min(pause * 1.5, MAX_POLL_MS);
    if (!hasEnded(run)) await sleep(pause, followed.stop);
    [status, offset] = [run.status, part.nextOffset];
  }
}

async function read({ app, runId, stop }: FollowedRun, path: string): Promise<unknown> {
  const request = { method: "GET", path: `/api/runs/${runId}${path}` } as const;
  const answer = await untilFinal(() => send(app, request, stop), isFromTheApp, stop);
  if (answer.status !== 200) throw lost(answer, runId);
  return answer.json;
}

function lost(answer: Answer, runId: string): TaskFailure {
  return new TaskFailure(`Run ${runId} can no longer be followed; it may still be in progress.`, answer.reason);
}
