/**
 * Why something could not be read, with the next step and a button to try again.
 *
 * @packageDocumentation
 */
import { nextStep } from "../parts/next_step";
import { ProblemCard } from "../parts/ProblemCard";
import type { Resource } from "../parts/resource";

/** Shows the problem of *resource*, if it has one. */
export function ReadProblem({ resource: { problem, retry } }: { readonly resource: Resource<unknown> }) {
  return problem ? <ProblemCard problem={problem} next={nextStep(problem)} retry={retry} /> : null;
}
