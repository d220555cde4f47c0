/**
 * One subscription that the app needs: its state, why it does not deliver, and the button that repairs it.
 *
 * @packageDocumentation
 */
import type { Problem } from "../app/client";
import { plainLine } from "../parts/plain";
import { ProblemCard } from "../parts/ProblemCard";

import { filtersOf, reasonOf, withoutQuery, type Health, type Row } from "./subscriptions";

const TEXTS: Readonly<Record<Health, string>> = { missing: "missing", healthy: "healthy", probation: "on probation", disabled: "disabled" };
const LOOKS: Readonly<Record<Health, string>> = { missing: "ac-warning", healthy: "ac-success", probation: "ac-warning", disabled: "ac-error" };

/** What a row needs. */
export interface SubscriptionRowProps {
  readonly row: Row;
  readonly problem: Problem | undefined;
  readonly isReady: boolean;
  readonly onRepair: () => void;
}

/** Shows the subscription. Requests of failed deliveries hold the key, so only their error message is shown. */
export function SubscriptionRow({ row, problem, isReady, onRepair }: SubscriptionRowProps) {
  const { wanted, health, found, failure } = row;
  const name = wanted.description || wanted.eventType;
  const reason = reasonOf(row);
  return (
    <li>
      <p className={`ac-state ${LOOKS[health]}`}>
        <i className="ac-mark" aria-hidden="true" />
        <span>{plainLine(name)}: {TEXTS[health]}</span>
      </p>
      <p className="ac-field-hint">{plainLine([wanted.eventType, filtersOf(wanted), `to ${withoutQuery(wanted.consumerInputs.url)}`].filter(Boolean).join("; "))}</p>
      {reason && <p>{plainLine(reason)}</p>}
      {failure && <p>Last failure{failure.at && ` (${shortTime(failure.at)})`}: {plainLine(failure.message)}</p>}
      {found.length > 1 && (
        <p>{found.length} subscriptions match, so events arrive more than once. Delete all but one in Project settings, Service hooks.</p>
      )}
      {problem && <ProblemCard problem={problem} />}
      {["probation", "disabled"].includes(health) && (
        <div className="ac-buttons">
          <button type="button" className="ac-button" disabled={!isReady} aria-label={`Repair ${name}`} onClick={onRepair}>Repair</button>
        </div>
      )}
    </li>
  );
}

function shortTime(text: string): string {
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? plainLine(text) : time.toLocaleString();
}
