/**
 * The buttons of a run: cancel while it is possible, retry after an end that allows it.
 *
 * @packageDocumentation
 */
import type { ReactNode } from "react";

import type { Run } from "../app/answers";

import type { RunActions } from "./actions";
import { stateOf } from "./states";

/** A run, its actions, and more buttons beside them. */
export interface RunButtonsProps {
  readonly record: Run;
  readonly actions: RunActions;
  readonly withoutRetry?: boolean;
  readonly children?: ReactNode;
}

/** Shows the buttons that fit the state of the run. */
export function RunButtons({ record, actions, withoutRetry = false, children }: RunButtonsProps) {
  const { hasEnded, canCancel, mayRetry } = stateOf(record);
  return (
    <div className="ac-buttons">
      {!hasEnded && <Cancel canCancel={canCancel} actions={actions} />}
      {mayRetry && !withoutRetry && (
        <button type="button" className="ac-button ac-primary" disabled={actions.busy !== undefined} onClick={actions.retry}>
          {actions.busy === "retry" ? "Starting…" : "Retry"}
        </button>
      )}
      {children}
    </div>
  );
}

function Cancel({ canCancel, actions }: { readonly canCancel: boolean; readonly actions: RunActions }) {
  if (!canCancel) return <span className="ac-secondary">Too late to cancel: the change is being published.</span>;
  return (
    <button type="button" className="ac-button" disabled={actions.busy !== undefined || actions.isCancelling} onClick={actions.cancel}>
      {actions.isCancelling ? "Cancelling…" : "Cancel run"}
    </button>
  );
}
