/**
 * The buttons at the end of the dialog.
 *
 * @packageDocumentation
 */
import { openPanel } from "../parts/panel";

import { closeDialog } from "./close";
import { canStart, runIds, type Start } from "./starts";

/** Cancel and start. */
export function FormButtons({ starts, isReady, start, close }: { starts: readonly Start[]; isReady: boolean; start: () => void; close: () => void }) {
  const isStarting = starts.some((one) => one.state === "starting");
  const left = starts.filter(canStart).length;
  const hasStarted = starts.some((one) => one.state === "started");
  const text = hasStarted ? `Start the other ${String(left)}` : "Start Autocoder";
  return (
    <div className="ac-buttons end">
      <button type="button" className="ac-button" onClick={close}>Cancel</button>
      <button type="button" className="ac-button ac-primary" disabled={!isReady || isStarting || left === 0} onClick={start}>{isStarting ? "Starting…" : text}</button>
    </div>
  );
}

/** Back to the form while some runs have not started, open in panel, and close. */
export function ProgressButtons({ starts, address, back }: { starts: readonly Start[]; address: string; back: (() => void) | undefined }) {
  const ids = runIds(starts);
  return (
    <div className="ac-buttons end">
      {back && <button type="button" className="ac-button" onClick={back}>Back</button>}
      {ids.length > 0 && <button type="button" className="ac-button" onClick={() => void openPanel(ids, address)}>Open in panel</button>}
      <button type="button" className="ac-button ac-primary" onClick={closeDialog}>Close</button>
    </div>
  );
}
