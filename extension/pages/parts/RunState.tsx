/**
 * The state of a run in words: phase or outcome, the times of its phases, and its cost.
 *
 * @packageDocumentation
 */
import { isOutcome, OUTCOME_TEXTS } from "../../shared/outcomes";
import type { RunRecord } from "../../shared/openapi";

import { cost, dateTime, duration, tokens } from "./format";
import { useNow } from "./hooks";
import { PHASES, phaseRows, type PhaseRow } from "./phases";
import { plainLine, plainText, webAddress } from "./plain";

const STATES: Readonly<Record<PhaseRow["state"], string>> = {
  done: "done",
  current: "in progress",
  ahead: "not begun",
  skipped: "not reached",
};

/** Returns what kind of state *status* is, which decides its mark. */
export function kindOf(status: RunRecord["status"]): "active" | "success" | "warning" | "error" {
  if (!isOutcome(status)) return "active";
  if (status === "completed") return "success";
  return status === "failed" || status === "refused" ? "error" : "warning";
}

/** Returns the state of a run in one or a few words. */
export function stateName(status: RunRecord["status"]): string {
  if (!isOutcome(status)) return PHASES[status].name;
  return status.charAt(0).toUpperCase() + status.slice(1).replaceAll("_", " ");
}

/** Returns the state of a run in one sentence. */
export function stateText(status: RunRecord["status"], isCancelling = false): string {
  if (isOutcome(status)) return OUTCOME_TEXTS[status].text;
  return isCancelling ? "Cancelling: the agent is being stopped." : PHASES[status].text;
}

/** What is known of the state of a run. */
export interface StateLineProps {
  readonly record: RunRecord | undefined;
  readonly isCancelling: boolean;
  readonly hasProblem: boolean;
}

/** Shows the state of a run in one sentence; screen readers announce each change, since the element stays. */
export function StateLine({ record, isCancelling, hasProblem }: StateLineProps) {
  const loading = hasProblem ? "" : "Loading the run…";
  return (
    <p className={`ac-state ac-${record ? kindOf(record.status) : "unknown"}`} role="status" aria-live="polite">
      {record && <span className="ac-mark" aria-hidden="true" />}
      <span>{record ? stateText(record.status, isCancelling) : loading}</span>
    </p>
  );
}

/** Shows the phases with their times. */
export function Phases({ record }: { readonly record: RunRecord }) {
  const now = useNow(!isOutcome(record.status));
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
export function Ending({ record }: { readonly record: RunRecord }) {
  if (!isOutcome(record.status)) return record.reason ? <p className="ac-reason">{plainText(record.reason)}</p> : null;
  const { next } = OUTCOME_TEXTS[record.status];
  return (
    <div className="ac-ending">
      <PullRequestLink record={record} />
      {record.reason && <p className="ac-reason"><strong>Reason:</strong> {plainText(record.reason)}</p>}
      {next && <p><strong>Next step:</strong> {next}</p>}
    </div>
  );
}

/** Shows the link to a run's pull request, if there is one. */
export function PullRequestLink({ record }: { readonly record: RunRecord }) {
  const url = webAddress(record.pullRequestUrl ?? "");
  if (!url) return null;
  const number = typeof record.pullRequestId !== "number" ? "" : ` !${String(record.pullRequestId)}`;
  return <a className="ac-link" href={url} target="_blank" rel="noopener noreferrer">Pull request{number}</a>;
}

/** Shows what a run uses and has cost so far. */
export function Facts({ record }: { readonly record: RunRecord }) {
  const facts: readonly (readonly [string, string | undefined])[] = [
    ["Cost so far", cost(record.usage) || "none yet"],
    ["Tokens", tokens(record.usage)],
    ["Agent", [record.agentType, record.model].filter(Boolean).join(", ")],
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
          <dt>{name === "Cost so far" && isOutcome(record.status) ? "Cost" : name}</dt>
          <dd>{plainLine(value ?? "")}</dd>
        </div>
      ))}
    </dl>
  );
}
