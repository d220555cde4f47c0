/**
 * One run in the group.
 *
 * @packageDocumentation
 */
import type { Run } from "../app/answers";
import { useRunActions } from "../parts/actions";
import { cost, dateTime, duration } from "../parts/format";
import { useNow } from "../parts/hooks";
import { nextStep } from "../parts/next_step";
import { openPanel } from "../parts/panel";
import { plainLine, plainText } from "../parts/plain";
import { ProblemCard } from "../parts/ProblemCard";
import { RunButtons } from "../parts/RunButtons";
import { PullRequestLink } from "../parts/RunState";
import { stateOf } from "../parts/states";

/** A run, and the state of its pull request when that is known. */
export interface RunRowProps {
  readonly record: Run;
  readonly address: string;
  readonly isNewest: boolean;
  readonly pullRequestState: string | undefined;
  /** Called when an action has changed the runs. */
  readonly onChange: () => void;
}

/** Shows a run in a few short lines; only the newest can be retried and says what to do next. */
export function RunRow({ record, address, isNewest, pullRequestState, onChange }: RunRowProps) {
  const actions = useRunActions(address, record.id, onChange);
  return (
    <li className="ac-row">
      <RowState record={record} isCancelling={actions.isCancelling} />
      <Reason record={record} isNewest={isNewest} />
      {actions.problem && <ProblemCard problem={actions.problem} next={nextStep(actions.problem)} />}
      <div className="ac-row-foot">
        {record.pullRequestUrl && (
          <p><PullRequestLink record={record} /> <span className="ac-secondary">{pullRequestState ?? "Reading its state…"}</span></p>
        )}
        <RunButtons record={record} actions={actions} withoutRetry={!isNewest}>
          <button type="button" className="ac-button" onClick={() => { void openPanel([record.id], address); }}>
            Log<span className="ac-hidden"> of the run of {dateTime(record.queuedAt)}</span>
          </button>
        </RunButtons>
      </div>
    </li>
  );
}

function RowState({ record, isCancelling }: { readonly record: Run; readonly isCancelling: boolean }) {
  const { kind, name, hasEnded } = stateOf(record);
  const isActive = !hasEnded;
  const now = useNow(isActive);
  const time = isActive ? duration(record.queuedAt, "", now) : dateTime(record.endedAt || record.queuedAt, "short");
  return (
    <p className={`ac-state ac-${kind}`}>
      <span className="ac-mark" aria-hidden="true" />
      <span role={isActive ? "status" : undefined}>{isActive && isCancelling ? "Cancelling" : plainLine(name)}</span>
      <span className="ac-secondary ac-row-facts">{[cost(record.usage), time].filter(Boolean).join(" · ")}</span>
    </p>
  );
}

function Reason({ record, isNewest }: { readonly record: Run; readonly isNewest: boolean }) {
  const { next } = stateOf(record);
  return (
    <>
      {record.reason && <p className="ac-row-reason" title={plainText(record.reason)}>{plainText(record.reason)}</p>}
      {isNewest && next && <p className="ac-secondary">{next}</p>}
    </>
  );
}
