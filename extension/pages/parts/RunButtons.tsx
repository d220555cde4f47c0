/**
 * The buttons of a run: cancel while it is possible, retry after an end that allows it.
 *
 * @packageDocumentation
 */
import type { ReactNode } from "react";

import { isOutcome, OUTCOME_TEXTS } from "../../shared/outcomes";
import type { RunRecord } from "../../shared/openapi";

import type { RunActions } from "./actions";
import { PHASES } from "./phases";

/** A run, its actions, and more buttons beside them. */
export interface RunButtonsProps {
  readonly record: RunRecord;
  readonly actions: RunActions;
  readonly withoutRetry?: boolean;
  readonly children?: ReactNode;
}

/** Shows the buttons that fit the state of the run. */
export function RunButtons({ record, actions, withoutRetry = false, children }: RunButtonsProps) {
  const { status } = record;
  const canRetry = isOutcome(status) && OUTCOME_TEXTS[status].mayRetry && !withoutRetry;
  return (
    <div className="ac-buttons">
      {!isOutcome(status) && <Cancel canCancel={PHASES[status].canCancel} actions={actions} />}
      {canRetry && (
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
