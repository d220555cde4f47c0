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
import { readLogPiece, readRun, type Run } from "./run";

const MIN_POLL_MS = 1_000;
const MAX_POLL_MS = 5_000;

/** What following needs: the app, the run, its log, and the signal that ends it early. */
export interface Following {
  readonly app: Connection;
  readonly runId: string;
  readonly log: RunLog;
  readonly stop: AbortSignal;
}

/** Follows the run until it has ended and its log is complete; returns the ended run. */
export async function follow(following: Following): Promise<Run> {
  let offset = 0;
  let status = "";
  for (let pause = MIN_POLL_MS; ; ) {
    const run = readRun(await read(following, ""));
    const piece = readLogPiece(await read(following, `/log?offset=${String(offset)}`), offset);
    const isNews = run.status !== status || piece.nextOffset > offset;
    if (run.status !== status && !run.hasEnded) print(`Run ${run.id}: ${run.status}`);
    following.log.add(piece.text);
    if (run.hasEnded && (piece.isComplete || piece.nextOffset === offset)) {
      following.log.end();
      return run;
    }
    pause = isNews ? MIN_POLL_MS : Math.min(pause * 1.5, MAX_POLL_MS);
    if (!run.hasEnded) await sleep(pause, following.stop);
    [status, offset] = [run.status, piece.nextOffset];
  }
}

async function read({ app, runId, stop }: Following, path: string): Promise<unknown> {
  const request = { method: "GET", path: `/api/runs/${runId}${path}` } as const;
  const answer = await untilFinal(() => send(app, request, stop), isFromTheApp, stop);
  if (answer.status !== 200) throw lost(answer, runId);
  return answer.json;
}

function lost(answer: Answer, runId: string): TaskFailure {
  return new TaskFailure(`Run ${runId} can no longer be followed; it may still be in progress.`, answer.reason);
}
