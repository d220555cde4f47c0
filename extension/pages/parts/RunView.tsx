/**
 * A run as it proceeds.
 *
 * @packageDocumentation
 */

/** Shows the run with the id *run*. */
export function RunView({ run }: { address: string; run: string; compact?: boolean; onRetry?: (id: string) => void }) {
  return <p>Run {run}</p>;
}
