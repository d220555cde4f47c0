/**
 * A problem: its cause and the next step.
 *
 * @packageDocumentation
 */
import type { Problem } from "../app/client";

import { plainLine } from "./plain";
import "./parts.css";

/** A problem, what can be done about it, and the action behind "Try again". */
export interface ProblemCardProps {
  readonly problem: Problem;
  /** The next step, unless the problem's message contains it. */
  readonly next?: string | undefined;
  readonly retry?: (() => void) | undefined;
}

/** Shows *problem* with its next step, with a button to try again when *retry* is given. */
export function ProblemCard({ problem, next, retry }: ProblemCardProps) {
  const mistakes = problem.details?.problems ?? [];
  return (
    <div className="ac-problem" role="alert">
      <div className="ac-problem-text">
        <p>{plainLine(problem.message)}</p>
        {mistakes.length > 0 && (
          <ul>
            {mistakes.map(({ field, message }) => <li key={`${field} ${message}`}>{plainLine(`${field}: ${message}`)}</li>)}
          </ul>
        )}
        {next && <p>{next}</p>}
      </div>
      {retry && <button type="button" className="ac-button" onClick={retry}>Try again</button>}
    </div>
  );
}
