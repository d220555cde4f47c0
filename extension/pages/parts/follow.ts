/**
 * Following a run to its end: its record and its log.
 *
 * @packageDocumentation
 */
import type { Run } from "../app/answers";
import type { Problem } from "../app/client";
import { readLog, showRun } from "../app/runs";

import { LogTail, MAX_TAIL_LENGTH, NO_LOG, type LogEnd } from "./log_tail";
import { repeat, stepAfter, type Pace, type Step } from "./repeat";
import { hasEnded } from "./states";
import { MAX_PARTS } from "./whole_log";

/** What is known of a run so far; the problem is that of the latest request. */
export interface Followed {
  readonly record?: Run;
  readonly log: LogEnd;
  readonly problem?: Problem;
  /** Whether the run has ended and its log is complete. */
  readonly over: boolean;
}

/** How to follow: without the log, with more of it, or at another pace. */
export interface FollowOptions extends Pace {
  readonly withoutLog?: boolean;
  readonly maxLogLength?: number;
}

/** How often the app may not know a run that it has just accepted: its record is written a moment later. */
export const MAX_UNKNOWN = 5;

/** Nothing is known yet. */
export const UNKNOWN: Followed = { log: NO_LOG, over: false };

/**
 * Follows the run *id* until it has ended and its log is complete, or until *stop* fires, and calls *onChange* with
 * each state. After a problem it asks again by itself, with growing pauses.
 */
export async function followRun(
  address: string,
  id: string,
  onChange: (state: Followed) => void,
  stop: AbortSignal,
  options: FollowOptions = {},
): Promise<void> {
  const following = new Following(address, id, onChange, stop, options);
  try {
    await repeat(() => following.ask(), stop, options);
  } catch (error) {
    if (!stop.aborted) throw error;
  }
}

class Following {
  private state = UNKNOWN;
  private offset = 0;
  private unknown = 0;
  private readonly tail: LogTail;

  constructor(
    private readonly address: string,
    private readonly id: string,
    private readonly onChange: (state: Followed) => void,
    private readonly stop: AbortSignal,
    private readonly options: FollowOptions,
  ) {
    this.tail = new LogTail(options.maxLogLength ?? MAX_TAIL_LENGTH);
  }

  async ask(): Promise<Step> {
    const answer = await showRun(this.address, this.id, this.stop);
    if ("problem" in answer) return this.isExpected(answer.problem) ? "more" : this.fail(answer.problem);
    const record = answer.value;
    if (this.options.withoutLog) return this.tell({ record, over: hasEnded(record) });
    this.tell({ record });
    return this.readLog(hasEnded(record));
  }

  /** Reads the log as far as it goes, part by part. */
  private async readLog(isOver: boolean): Promise<Step> {
    for (let part = 0; part < MAX_PARTS; part += 1) {
      const answer = await readLog(this.address, this.id, this.offset, this.stop);
      if ("problem" in answer) return this.fail(answer.problem);
      const { text, nextOffset, complete } = answer.value;
      const isNews = nextOffset > this.offset;
      this.offset = Math.max(nextOffset, this.offset);
      this.tail.add(text);
      const step = this.tell({ log: this.tail.end, over: isOver && (complete || !isNews) });
      if (step === "over" || !isNews || complete) return step;
    }
    return "more"; // the rest after a pause, so that an app that never ends its log is not asked without one
  }

  private isExpected({ code }: Problem): boolean {
    if (code !== "unknown_run" || this.state.record) return false;
    this.unknown += 1;
    return this.unknown <= MAX_UNKNOWN;
  }

  private fail(problem: Problem): Step {
    this.publish({ ...this.state, problem });
    return stepAfter(problem);
  }

  private tell(news: Partial<Followed>): Step {
    const { problem, ...known } = this.state;
    // A problem with the log stays in view until the log itself is read again.
    this.publish({ ...known, ...(news.over === undefined && problem ? { problem } : {}), ...news });
    return this.state.over ? "over" : "more";
  }

  private publish(state: Followed): void {
    this.stop.throwIfAborted();
    this.state = state;
    this.onChange(state);
  }
}
