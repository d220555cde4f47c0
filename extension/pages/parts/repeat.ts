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
  /** Pause while the page is visible; a function is asked before each pause. */
  readonly visibleMs?: (() => number) | undefined;
  readonly wake?: EventTarget | undefined;
}

/** Asks until the step is `over` or *stop* fires. Problems never end it; each doubles the next pause. */
export async function repeat(ask: () => Promise<Step>, stop: AbortSignal, pace: Pace = {}): Promise<void> {
  let problems = 0;
  while (!isStopped(stop)) {
    const step = await ask();
    if (step === "over") return;
    problems = step === "problem" ? problems + 1 : 0;
    await pause(problems ? pauseAfter(problems) : usualPause(pace), stop, pace.wake);
  }
}

function pauseAfter(problems: number): number {
  return Math.min(VISIBLE_MS * 2 ** (problems - 1), MAX_PAUSE_MS);
}

function usualPause({ visibleMs }: Pace): number {
  const usual = visibleMs?.() ?? VISIBLE_MS;
  return document.visibilityState === "hidden" ? Math.max(HIDDEN_MS, usual) : usual;
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
