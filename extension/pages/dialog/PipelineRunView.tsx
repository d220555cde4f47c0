/**
 * A pipeline's run: its state until it ends, and a link to its page.
 *
 * @packageDocumentation
 */
import { useEffect, useState } from "react";

import { readPipelineRun, type PipelineRun } from "../azure_devops/pipelines";
import { toProblem } from "../parts/reasons";


/** Pause between two reads of the run, in milliseconds. */
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

function usePipelineRun(project: string, pipelineId: number, started: PipelineRun) {
  const [state, setState] = useState<{ run: PipelineRun; problem?: string }>({ run: started });
  const isOver = state.run.state === "completed";
  useEffect(() => {
    if (isOver) return;
    let isCurrent = true;
    let timer: ReturnType<typeof setTimeout>;
    const read = async () => {
      try {
        const run = await readPipelineRun(project, pipelineId, started.id);
        if (isCurrent) setState({ run: { ...run, url: run.url || started.url } });
      } catch (thrown) {
        if (isCurrent) setState(({ run }) => ({ run, problem: toProblem(thrown, "Could not read the pipeline's run.").message }));
      }
      if (isCurrent) timer = setTimeout(() => void read(), POLL_MS);
    };
    timer = setTimeout(() => void read(), POLL_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [project, pipelineId, started, isOver]);
  return state;
}
