/**
 * Several runs in one list.
 *
 * @packageDocumentation
 */
import { RunView } from "./RunView";

/** The ids of the runs, where they are, and how to show their logs. */
export interface RunListProps {
  readonly address: string;
  readonly runs: readonly string[];
  readonly whole?: boolean | undefined;
}

/** Shows each run with its state; details open one by one. */
export function RunList({ address, runs, whole }: RunListProps) {
  return (
    <ul className="ac-list" aria-label="Runs">
      {runs.map((run) => (
        <li key={run}>
          <RunView address={address} run={run} compact titled whole={whole} />
        </li>
      ))}
    </ul>
  );
}
