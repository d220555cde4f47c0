/**
 * Asking again and again: often while the page is visible, rarely while it is hidden, with growing pauses after problems.
 *
 * @packageDocumentation
 */

/** Pause while the page is visible, in milliseconds. */
export const VISIBLE_MS = 2_000;
/** Pause while the page is hidden, in milliseconds. */
export const HIDDEN_MS = 30_000;
/** Longest pause after problems, in milliseconds. */
export const MAX_PAUSE_MS = 60_000;
/** Type of the event that ends a pause at once. */
export const WAKE = "wake";

/** What one question led to: an answer with more to come, a problem, or the end. */
export type Step = "more" | "problem" | "over";

/** How often to ask, and the target of `WAKE` events. */
export interface Pace {
  readonly visibleMs?: number | undefined;
  readonly wake?: EventTarget | undefined;
}

/** Asks until the step is `over` or *stop* fires. Problems never end it; each doubles the next pause. */
export async function repeat(ask: () => Promise<Step>, stop: AbortSignal, pace: Pace = {}): Promise<void> {
  const usual = pace.visibleMs ?? VISIBLE_MS;
  let afterProblem = usual;
  while (!isStopped(stop)) {
    const step = await ask();
    if (step === "over") return;
    const isHidden = document.visibilityState === "hidden";
    if (step === "more") afterProblem = usual;
    await pause(step === "problem" ? afterProblem : isHidden ? Math.max(HIDDEN_MS, usual) : usual, stop, pace.wake);
    if (step === "problem") afterProblem = Math.min(afterProblem * 2, Math.max(MAX_PAUSE_MS, usual));
  }
}

/** Waits *ms* milliseconds; *stop*, a `WAKE` event, a page that becomes visible and a network that returns end it early. */
export function pause(ms: number, stop: AbortSignal, wake?: EventTarget): Promise<void> {
  return new Promise((resolve) => {
    const ended = new AbortController();
    const end = (): void => {
      clearTimeout(timer);
      ended.abort();
      resolve();
    };
    const { signal } = ended;
    const timer = setTimeout(end, ms);
    document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") end(); }, { signal });
    window.addEventListener("online", end, { signal });
    wake?.addEventListener(WAKE, end, { signal });
    stop.addEventListener("abort", end, { signal });
    if (stop.aborted) end();
  });
}

/** A function, because TypeScript would take the signal's first state for its last. */
function isStopped(stop: AbortSignal): boolean {
  return stop.aborted;
}
