/**
 * A pipeline's run: its state until it ends, and a link to its page.
 *
 * @packageDocumentation
 */
import { useEffect, useState } from "react";

import { readPipelineRun, type PipelineRun } from "../../azure_devops/pipelines";
import { toProblem } from "../../parts/reasons";
import { repeat, stepAfter, type Step } from "../../parts/repeat";

/** Pause between two reads of the run while the page is visible, in milliseconds. */
export const POLL_MS = 5_000;

const STATES: Readonly<Record<string, string>> = { inProgress: "In progress", canceling: "Being cancelled", unknown: "Queued" };
const RESULTS: Readonly<Record<string, string>> = { succeeded: "Succeeded", failed: "Failed", canceled: "Cancelled" };

/** Follows *started* until it ends. */
export function PipelineRunView({ project, pipelineId, started }: { project: string; pipelineId: number; started: PipelineRun }) {
  const { run, problem } = usePipelineRun(project, pipelineId, started);
  const text = run.result ? (RESULTS[run.result] ?? run.result) : (STATES[run.state] ?? run.state);
  return (
    <div className="pipeline-run">
      <p aria-live="polite" className="ac-state">Pipeline run {run.name}: {text}</p>
      {problem && <p className="ac-field-error">{problem} The next attempt follows by itself.</p>}
      {run.url && <a href={run.url} target="_blank" rel="noopener noreferrer">Open the pipeline's run</a>}
    </div>
  );
}

interface PipelineRunState {
  readonly run: PipelineRun;
  readonly problem?: string;
}

function usePipelineRun(project: string, pipelineId: number, started: PipelineRun): PipelineRunState {
  const [state, setState] = useState<PipelineRunState>({ run: started });
  useEffect(() => {
    const stop = new AbortController();
    const read = async (): Promise<Step> => {
      try {
        const run = await readPipelineRun(project, pipelineId, started.id, stop.signal);
        setState({ run: { ...run, url: run.url || started.url } });
        return run.state === "completed" ? "over" : "more";
      } catch (thrown) {
        if (stop.signal.aborted) return "over";
        const problem = toProblem(thrown, "Could not read the pipeline's run.");
        setState(({ run }) => ({ run, problem: problem.message }));
        return stepAfter(problem);
      }
    };
    void repeat(read, stop.signal, { visibleMs: () => POLL_MS });
    return () => { stop.abort(); };
  }, [project, pipelineId, started]);
  return state;
}
