/**
 * The state of a run in words, for every status: phases, outcomes, and those that a later version of the app adds.
 *
 * @packageDocumentation
 */
import { isOutcome, OUTCOME_TEXTS } from "../../shared/outcomes";
import type { Run } from "../app/answers";

import { isPhase, PHASES } from "./phases";

/** What the pages show of a state, and what a person can do in it. */
export interface RunState {
  /** Decides the mark. */
  readonly kind: "active" | "success" | "warning" | "error";
  /** One or a few words. */
  readonly name: string;
  /** One sentence. */
  readonly text: string;
  /** The next step; empty when there is none. */
  readonly next: string;
  readonly hasEnded: boolean;
  readonly canCancel: boolean;
  readonly mayRetry: boolean;
}

const NEWER = "This page is older than the app; ask an administrator to update the extension.";

/** Returns the state of a run. */
export function stateOf({ status, endedAt = "" }: Pick<Run, "status" | "endedAt">): RunState {
  if (isOutcome(status)) {
    const { text, next, mayRetry } = OUTCOME_TEXTS[status];
    const kind = status === "completed" ? "success" : ["failed", "refused"].includes(status) ? "error" : "warning";
    return { kind, name: nameOf(status), text, next, hasEnded: true, canCancel: false, mayRetry };
  }
  if (isPhase(status)) return { ...PHASES[status], kind: "active", next: "", hasEnded: false, mayRetry: false };
  return unknownState(nameOf(status), endedAt !== "");
}

/** Returns whether a run has ended. */
export function hasEnded(run: Pick<Run, "status" | "endedAt">): boolean {
  return stateOf(run).hasEnded;
}

/** The app decides whether a run in such a state can be cancelled or retried, and says so when it cannot. */
function unknownState(name: string, isOver: boolean): RunState {
  const common = { name, hasEnded: isOver, canCancel: !isOver, mayRetry: isOver };
  return isOver
    ? { ...common, kind: "warning", text: `The run ended: ${name}.`, next: NEWER }
    : { ...common, kind: "active", text: `The run goes on: ${name}.`, next: "" };
}

function nameOf(status: string): string {
  const words = status.replaceAll("_", " ").trim() || "unknown state";
  return words.charAt(0).toUpperCase() + words.slice(1);
}
