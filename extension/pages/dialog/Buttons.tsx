/**
 * The buttons at the end of the dialog.
 *
 * @packageDocumentation
 */
import { useState } from "react";

import type { Problem } from "../app/client";
import { ask } from "../parts/ask";
import { openPanel } from "../parts/panel";
import { ProblemCard } from "../parts/ProblemCard";
import { toProblem } from "../parts/reasons";

import { closeDialog } from "./close";
import type { Readiness } from "./form/readiness";
import { runIds, tallyOf, tallyText, type Start, type Tally } from "./runs/starts";

interface FormButtonsProps {
  readonly starts: readonly Start[];
  readonly ready: Readiness;
  readonly isBlocked: boolean;
  readonly start: () => void;
  /** Saves what was typed. */
  readonly save: () => Promise<void>;
}

/** Cancel and start, with what a start waits for. */
export function FormButtons({ starts, ready, isBlocked, start, save }: FormButtonsProps) {
  const { started, left, isStarting } = tallyOf(starts);
  const leaving = useLeaving(starts);
  const text = started > 0 ? `Start the other ${String(left)}` : "Start Autocoder";
  const isOff = ready.note !== "" || isBlocked || isStarting || left === 0;
  const close = () => { leaving.leave(() => save().finally(closeDialog)); };
  return (
    <>
      {leaving.problem && <ProblemCard problem={leaving.problem} />}
      <p className="ac-hidden" role="status">{announcement(ready, isStarting)}</p>
      {ready.note && <p className="ac-secondary" id="start-note">{ready.note}</p>}
      <div className="ac-buttons end">
        <button type="button" className="ac-button" onClick={close}>Cancel</button>
        {/* Not `disabled`, which would take the focus away while the run is started. */}
        <button
          type="button" className="ac-button ac-primary" aria-disabled={isOff} aria-describedby={ready.note ? "start-note" : undefined}
          onClick={() => { if (!isOff) start(); }}
        >
          {isStarting ? "Starting…" : text}
        </button>
      </div>
    </>
  );
}

interface ProgressButtonsProps {
  readonly starts: readonly Start[];
  readonly address: string;
  /** Back to the form, while something is left to start. */
  readonly back: (() => void) | undefined;
}

/** Back, open in panel, and close. */
export function ProgressButtons({ starts, address, back }: ProgressButtonsProps) {
  const ids = runIds(starts);
  const { leave, problem } = useLeaving(starts);
  return (
    <>
      {problem && <ProblemCard problem={problem} />}
      <div className="ac-buttons end">
        {back && <button type="button" className="ac-button" onClick={back}>Back</button>}
        {ids.length > 0 && (
          <button type="button" className="ac-button" onClick={() => { leave(() => openPanel(ids, address)); }}>Open in panel</button>
        )}
        <button type="button" className="ac-button ac-primary" onClick={() => { leave(closeDialog); }}>Close</button>
      </div>
    </>
  );
}

/** Returns a function that leaves the dialog; it asks first while something is left to start. */
function useLeaving(starts: readonly Start[]) {
  const [problem, setProblem] = useState<Problem>();
  const leave = async (go: () => unknown): Promise<void> => {
    setProblem(undefined);
    try {
      if (await mayLeave(tallyOf(starts))) await go();
    } catch (thrown) {
      setProblem(toProblem(thrown, "The dialog could not be left."));
    }
  };
  return { problem, leave: (go: () => unknown) => { void leave(go); } };
}

async function mayLeave(tally: Tally): Promise<boolean> {
  const { started, left, isStarting } = tally;
  if (!isStarting && (started === 0 || left === 0)) return true;
  const rest = left === 1 ? "The other run is" : `The other ${String(left)} runs are`;
  const question = isStarting
    ? `${tallyText(tally)}. The rest starts only while this dialog is open.`
    : `${tallyText(tally)}. ${rest} not started.`;
  return ask(question, { yes: "Close the dialog", no: isStarting ? "Keep starting" : "Stay" });
}

function announcement({ isLoading, note }: Readiness, isStarting: boolean): string {
  if (isStarting) return "Starting.";
  if (isLoading) return "Loading.";
  return note || "Loaded.";
}
