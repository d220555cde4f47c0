/**
 * A problem: its cause and the next step.
 *
 * @packageDocumentation
 */
import type { Problem } from "../app/client";

/** Shows *problem*, with a button to try again when *retry* is given. */
export function ProblemCard({ problem, retry }: { problem: Problem; retry?: () => void }) {
  return (
    <div role="alert">
      {problem.message}
      {retry && <button onClick={retry}>Try again</button>}
    </div>
  );
}
