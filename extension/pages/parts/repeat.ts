/**
 * Asking again and again: often while the page is visible, rarely while it is hidden, with growing pauses after
 * problems. All that a page asks for shares one pace, so that many rows do not ask more often than a few.
 *
 * @packageDocumentation
 */
import type { Problem } from "../app/client";

import { freeSlot } from "./slots";

/** Pause while the page is visible, in milliseconds. */
export const VISIBLE_MS = 2_000;
/** Pause while the page is hidden, in milliseconds. */
export const HIDDEN_MS = 30_000;
/** Longest pause after problems, in milliseconds, unless an answer asks for a longer one. */
export const MAX_PAUSE_MS = 60_000;
/** Type of the event that ends a pause at once. */
export const WAKE = "wake";

/** What one question led to: an answer with more to come, a problem (with the shortest pause after it), or the end. */
export type Step = "more" | "problem" | "over" | { readonly pauseMs: number };

/** How often to ask, and the target of `WAKE` events. */
export interface Pace {
  /** Pause while the page is visible; a function is asked before each pause. */
  readonly visibleMs?: (() => number) | undefined;
  readonly wake?: EventTarget | undefined;
}

/** Returns the step after *problem*. */
export function stepAfter({ retryAfterSeconds }: Problem): Step {
  return retryAfterSeconds === undefined ? "problem" : { pauseMs: retryAfterSeconds * 1_000 };
}

/**
 * Asks until the step is `over` or *stop* fires. Problems never end it; each doubles the next pause. A `WAKE` event, a
 * page that becomes visible and a network that returns end a pause; while a question is under way, they make the next
 * one follow at once.
 */
export async function repeat(ask: () => Promise<Step>, stop: AbortSignal, pace: Pace = {}): Promise<void> {
  const alarm = new Alarm(stop, pace.wake);
  try {
    let problems = 0;
    while (!isStopped(stop)) {
      alarm.reset();
      const step = await ask();
      if (step === "over") return;
      problems = step === "more" ? 0 : problems + 1;
      await alarm.pause(problems ? pauseAfter(problems, step) : usualPause(pace));
    }
  } finally {
    alarm.close();
  }
}

/** Ends pauses early. It listens during questions too, so that nothing that happens then is lost. */
class Alarm {
  private hasRung = false;
  private end: (() => void) | undefined;
  private readonly closed = new AbortController();

  constructor(stop: AbortSignal, wake: EventTarget | undefined) {
    const { signal } = this.closed;
    const ring = (): void => { this.ring(); };
    document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") this.ring(); }, { signal });
    window.addEventListener("online", ring, { signal });
    wake?.addEventListener(WAKE, ring, { signal });
    stop.addEventListener("abort", ring, { signal });
  }

  /** Forgets what happened before the next question. */
  reset(): void {
    this.hasRung = false;
  }

  /** Waits at least *ms* milliseconds, and until no other pause of the page ends at about the same time. */
  pause(ms: number): Promise<void> {
    if (this.hasRung) return Promise.resolve();
    const slot = freeSlot(Date.now() + ms);
    return new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, slot.at - Date.now());
      this.end = () => {
        clearTimeout(timer);
        resolve();
      };
    }).finally(() => {
      this.end = undefined;
      slot.leave();
    });
  }

  close(): void {
    this.closed.abort();
  }

  private ring(): void {
    this.hasRung = true;
    this.end?.();
  }
}

function pauseAfter(problems: number, step: Step): number {
  const asked = typeof step === "object" ? step.pauseMs : 0;
  return Math.max(asked, Math.min(VISIBLE_MS * 2 ** (problems - 1), MAX_PAUSE_MS));
}

function usualPause({ visibleMs }: Pace): number {
  const usual = visibleMs?.() ?? VISIBLE_MS;
  return document.visibilityState === "hidden" ? Math.max(HIDDEN_MS, usual) : usual;
}

/** A function, because TypeScript would take the signal's first state for its last. */
function isStopped(stop: AbortSignal): boolean {
  return stop.aborted;
}
