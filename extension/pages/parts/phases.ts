/**
 * The phases of a run, in their order, in words for people.
 *
 * @packageDocumentation
 */
import { isOutcome, type Outcome } from "../../shared/outcomes";
import type { RunRecord } from "../../shared/openapi";
import type { Run } from "../app/answers";

/** A phase: every status that is no outcome. */
export type Phase = Exclude<RunRecord["status"], Outcome>;

/** The words for a phase, and whether a run can be cancelled in it. */
export interface PhaseText {
  readonly name: string;
  readonly text: string;
  readonly canCancel: boolean;
}

/** The phases; `canCancel` is that of the app. */
export const PHASES: Readonly<Record<Phase, PhaseText>> = {
  queued: { name: "Queued", text: "Waiting for its turn.", canCancel: true },
  preparing: { name: "Preparing", text: "Reading the work item and the settings.", canCancel: true },
  provisioning: { name: "Starting containers", text: "Starting the agent's containers.", canCancel: true },
  running: { name: "Agent at work", text: "The agent is working on the change.", canCancel: true },
  verifying: { name: "Verifying", text: "Checking the change.", canCancel: true },
  publishing: { name: "Publishing", text: "Pushing the branch and opening the pull request.", canCancel: false },
  reporting: { name: "Reporting", text: "Writing the result to the work item.", canCancel: false },
};

/** Whether *status* is a phase. */
export function isPhase(status: string): status is Phase {
  return Object.hasOwn(PHASES, status);
}

/** One phase of a run as a list shows it: its words, its state, and when it began and ended. */
export interface PhaseRow extends PhaseText {
  readonly phase: Phase;
  readonly state: "done" | "current" | "ahead" | "skipped";
  readonly began: string;
  /** When the next phase began or the run ended; empty when neither has happened. */
  readonly ended: string;
}

/** Returns the phases of *record*; those that the run never reached are ahead, or skipped after its end. */
export function phaseRows(record: Run): readonly PhaseRow[] {
  const names = Object.keys(PHASES) as Phase[];
  const began = names.map((phase) => record.phases?.[phase] ?? "");
  return names.map((phase, index) => {
    const start = began[index] ?? "";
    const ended = began.slice(index + 1).find(Boolean) ?? record.endedAt ?? "";
    return { ...PHASES[phase], phase, began: start, ended, state: rowState(record, phase, { start, ended }) };
  });
}

function rowState(record: Run, phase: Phase, { start, ended }: { start: string; ended: string }): PhaseRow["state"] {
  if (record.status === phase) return "current";
  if (start) return "done";
  return ended || isOutcome(record.status) ? "skipped" : "ahead";
}
