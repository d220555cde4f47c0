/**
 * Waiting for the app while it restarts, is deployed anew, or has too much to do.
 *
 * @packageDocumentation
 */
import type { Answer } from "./app";
import { print } from "./console";
import { TaskFailure } from "./failure";

/** How long the app may be away in one piece. */
export const MAX_OUTAGE_MS = 15 * 60_000;
const MIN_WAIT_MS = 1_000;
const MAX_WAIT_MS = 30_000;
const MAX_RETRY_AFTER_MS = 60_000;

/** Waits *ms* milliseconds. Throws at once when *stop* fires. */
export function sleep(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer);
      reject(stop.reason as Error);
    };
    const timer = setTimeout(() => {
      stop.removeEventListener("abort", abort);
      resolve();
    }, ms);
    if (stop.aborted) abort();
    else stop.addEventListener("abort", abort, { once: true });
  });
}

/** Asks until an answer is final. Throws `TaskFailure` after `MAX_OUTAGE_MS`, and at once when *stop* fires. */
export async function untilFinal(
  ask: () => Promise<Answer>,
  isFinal: (answer: Answer) => boolean,
  stop: AbortSignal,
): Promise<Answer> {
  const until = Date.now() + MAX_OUTAGE_MS;
  for (let wait = MIN_WAIT_MS, tries = 1; ; wait = Math.min(wait * 2, MAX_WAIT_MS), tries += 1) {
    const answer = await ask();
    if (isFinal(answer)) {
      if (tries > 1) print("The app answers again.");
      return answer;
    }
    const pause = pauseAfter(answer, wait);
    if (Date.now() + pause > until) {
      throw new TaskFailure("The app did not answer for 15 minutes; a run may still be in progress.", answer.reason);
    }
    if (tries === 1) print(`Waiting for the app, for up to 15 minutes: ${answer.reason}.`);
    await sleep(pause, stop);
  }
}

function pauseAfter(answer: Answer, wait: number): number {
  return Math.min((answer.retryAfterSeconds ?? 0) * 1_000, MAX_RETRY_AFTER_MS) || wait;
}

/** Whether *answer* will not change by asking again: neither busy, nor broken, nor absent. */
export function isSettled(answer: Answer): boolean {
  return answer.status !== 0 && answer.status !== 429 && answer.status < 500;
}

/**
 * Whether *answer* is settled and comes from the app itself. While an app is restarted or deployed, the platform
 * answers in its place, in HTML; only its empty 401 for a wrong key is final.
 */
export function isFromTheApp(answer: Answer): boolean {
  return isSettled(answer) && (answer.json !== undefined || answer.status === 401);
}
