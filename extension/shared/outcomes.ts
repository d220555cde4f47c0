/**
 * Every way in which a run can end, for the task and the pages.
 *
 * @packageDocumentation
 */
import type { RunRecord } from "./openapi";

/** What people read about an outcome, and whether the same request may start another run. */
export interface OutcomeText {
  readonly text: string;
  /** The next step; empty when there is none. */
  readonly next: string;
  readonly mayRetry: boolean;
}

/** The outcomes; words, texts and `mayRetry` are those of `autocoder/shared/outcomes.py`. */
const TEXTS = {
  completed: {
    text: "A pull request is ready for review.",
    next: "",
    mayRetry: false,
  },
  no_changes: {
    text: "The agent changed nothing.",
    next: "Describe in the work item what should be different afterwards, then retry.",
    mayRetry: true,
  },
  needs_info: {
    text: "The agent needs an answer before it can start.",
    next: "Answer in the work item's description, then retry.",
    mayRetry: true,
  },
  refused: {
    text: "The change was refused; nothing was pushed.",
    next: "Read the reason, change the work item or the repository's policy, then retry.",
    mayRetry: true,
  },
  branch_moved: {
    text: "Somebody else pushed to the run's branch; nothing was overwritten.",
    next: "Retry; the new run uses a new branch.",
    mayRetry: true,
  },
  budget_spent: {
    text: "The budget is spent.",
    next: "Split the work item, or start a new run with a larger budget.",
    mayRetry: true,
  },
  timed_out: {
    text: "The run ran out of time.",
    next: "Split the work item, or start a new run with more minutes.",
    mayRetry: true,
  },
  interrupted: {
    text: "The containers were interrupted; the run was not repeated.",
    next: "Retry.",
    mayRetry: true,
  },
  cancelled: {
    text: "The run was cancelled.",
    next: "Retry to start a new run with the same request.",
    mayRetry: true,
  },
  failed: {
    text: "The run failed.",
    next: "Read the reason and the log, then retry.",
    mayRetry: true,
  },
} as const satisfies Partial<Record<RunRecord["status"], OutcomeText>>;

/** How a run ended. */
export type Outcome = keyof typeof TEXTS;

/** All outcomes. */
export const OUTCOMES = Object.keys(TEXTS) as readonly Outcome[];

/** The texts of each outcome. */
export const OUTCOME_TEXTS: Readonly<Record<Outcome, OutcomeText>> = TEXTS;

/** Whether *status* is an outcome: the run has ended. */
export function isOutcome(status: string): status is Outcome {
  return Object.hasOwn(TEXTS, status);
}
