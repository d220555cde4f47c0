/**
 * Why some lists could not be read, with the next step and a button to try again.
 *
 * @packageDocumentation
 */
import { nextStep } from "../parts/next_step";
import { ProblemCard } from "../parts/ProblemCard";
import type { Resource } from "../parts/resource";

/** Shows the problems of *resources*; those with the same reason as one, so that it is announced once. */
export function ReadProblems({ resources }: { readonly resources: readonly Resource<unknown>[] }) {
  const failed = resources.flatMap(({ problem, retry }) => (problem ? [{ problem, retry }] : []));
  const reasons = [...new Set(failed.map(({ problem }) => problem.message))];
  return (
    <>
      {reasons.map((reason) => {
        const same = failed.filter(({ problem }) => problem.message === reason);
        const [first] = same;
        const retry = () => { same.forEach((one) => { one.retry(); }); };
        return first && <ProblemCard key={reason} problem={first.problem} next={nextStep(first.problem)} retry={retry} />;
      })}
    </>
  );
}
