/**
 * The buttons at the end of the dialog.
 *
 * @packageDocumentation
 */
import { Button } from "azure-devops-ui/Button";

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
    <div className="buttons end">
      <Button text="Cancel" onClick={close} />
      <Button primary text={isStarting ? "Starting…" : text} disabled={!isReady || isStarting || left === 0} onClick={start} />
    </div>
  );
}

/** Back to the form while some runs have not started, open in panel, and close. */
export function ProgressButtons({ starts, address, back }: { starts: readonly Start[]; address: string; back: (() => void) | undefined }) {
  const ids = runIds(starts);
  return (
    <div className="buttons end">
      {back && <Button text="Back" onClick={back} />}
      {ids.length > 0 && <Button text="Open in panel" onClick={() => void openPanel(ids, address)} />}
      <Button primary text="Close" onClick={closeDialog} />
    </div>
  );
}
