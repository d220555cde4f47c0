/**
 * The state of a run in words: phase or outcome, the times of its phases, and its cost.
 *
 * @packageDocumentation
 */
import type { Run } from "../app/answers";

import { useAgentName } from "./AgentNames";
import { cost, dateTime, duration, tokens } from "./format";
import { useNow } from "./hooks";
import { phaseRows, type PhaseRow } from "./phases";
import { plainLine, plainText, webAddress } from "./plain";
import { hasEnded, stateOf } from "./states";

const STATES: Readonly<Record<PhaseRow["state"], string>> = {
  done: "done",
  current: "in progress",
  ahead: "not begun",
  skipped: "not reached",
};

const CANCELLING = "Cancelling: the agent is being stopped.";

/** What is known of the state of a run. */
export interface StateLineProps {
  readonly record: Run | undefined;
  readonly isCancelling: boolean;
  readonly hasProblem: boolean;
}

/** Shows the state of a run in one sentence; screen readers announce each change, since the element stays. */
export function StateLine({ record, isCancelling, hasProblem }: StateLineProps) {
  const loading = hasProblem ? "" : "Loading the run…";
  const state = record && stateOf(record);
  const known = state && (isCancelling && !state.hasEnded ? CANCELLING : plainLine(state.text));
  return (
    <p className={`ac-state ac-${state?.kind ?? "unknown"}`} role="status" aria-live="polite">
      {state && <span className="ac-mark" aria-hidden="true" />}
      <span>{known ?? loading}</span>
    </p>
  );
}

/** Shows the phases with their times. */
export function Phases({ record }: { readonly record: Run }) {
  const now = useNow(!hasEnded(record));
  return (
    <ol className="ac-phases" aria-label="Phases">
      {phaseRows(record).map((row) => (
        <li key={row.phase} className={`ac-phase ac-phase-${row.state}`} aria-current={row.state === "current" ? "step" : undefined}>
          <span className="ac-mark" aria-hidden="true" />
          <span>{row.name}</span>
          <span className="ac-hidden">, {STATES[row.state]}</span>
          <span className="ac-time" title={dateTime(row.began)}>{row.began && duration(row.began, row.ended, now)}</span>
        </li>
      ))}
    </ol>
  );
}

/** Shows why a run waits; after its end, its pull request, or why there is none and what to do next. */
export function Ending({ record }: { readonly record: Run }) {
  const state = stateOf(record);
  if (!state.hasEnded) return record.reason ? <p className="ac-reason">{plainText(record.reason)}</p> : null;
  return (
    <div className="ac-ending">
      <PullRequestLink record={record} />
      {record.reason && <p className="ac-reason"><strong>Reason:</strong> {plainText(record.reason)}</p>}
      {state.next && <p><strong>Next step:</strong> {state.next}</p>}
    </div>
  );
}

/** Shows the link to a run's pull request, if there is one. */
export function PullRequestLink({ record }: { readonly record: Run }) {
  const url = webAddress(record.pullRequestUrl ?? "");
  if (!url) return null;
  const number = typeof record.pullRequestId !== "number" ? "" : ` !${String(record.pullRequestId)}`;
  return <a className="ac-link" href={url} target="_blank" rel="noopener noreferrer">Pull request{number}</a>;
}

/** Shows what a run uses and has cost so far. */
export function Facts({ record }: { readonly record: Run }) {
  const agent = useAgentName(record.agentType);
  const isOver = hasEnded(record);
  const facts: readonly (readonly [string, string | undefined])[] = [
    // Usage comes in parts: until the first one is recorded, the agent may have used more than nothing.
    [isOver ? "Cost" : "Cost so far", cost(record.usage) || (isOver ? "none recorded" : "not known yet")],
    ["Tokens", tokens(record.usage)],
    ["Agent", [agent, record.model].filter(Boolean).join(", ")],
    ["Repository", record.repository],
    ["Branch", record.branch],
    ["Requested by", record.requestedBy],
    ["Queued", dateTime(record.queuedAt)],
    ["Ended", dateTime(record.endedAt)],
  ];
  return (
    <dl className="ac-facts">
      {facts.filter(([, value]) => value).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{plainLine(value ?? "")}</dd>
        </div>
      ))}
    </dl>
  );
}
