/**
 * What became of the starts: the run of one work item, or one list for several.
 *
 * @packageDocumentation
 */
import { useEffect, useRef } from "react";

import { ProblemCard } from "../parts/ProblemCard";
import { RunView } from "../parts/RunView";

import { PipelineRunView } from "./PipelineRunView";
import { activeRun } from "./problems";
import type { Start } from "./starts";
import { itemTitle } from "./Titles";

/** What can be done about a start. */
export interface StartActions {
  readonly address: string;
  readonly retry: (start: Start) => void;
  readonly follow: (id: number, runId: string) => void;
}

/** Shows *starts*; the focus moves to the heading, so that screen readers go on there. */
export function Progress({ starts, ...actions }: StartActions & { readonly starts: readonly Start[] }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus();
  }, []);
  const [only] = starts;
  return (
    <section aria-labelledby="progress">
      <h2 className="title" id="progress" tabIndex={-1} ref={heading}>Progress</h2>
      {starts.length === 1 && only ? <StartState start={only} {...actions} /> : <StartList starts={starts} {...actions} />}
    </section>
  );
}

function StartList({ starts, ...actions }: StartActions & { readonly starts: readonly Start[] }) {
  const started = starts.filter((start) => start.state === "started").length;
  return (
    <>
      <p role="status" className="start-count">{started} of {starts.length} runs started</p>
      <ul className="starts">
        {starts.map((start) => (
          <li className="start" key={start.item.id}>
            <h3 className="title">{itemTitle(start.item)}</h3>
            <StartState start={start} isCompact {...actions} />
          </li>
        ))}
      </ul>
    </>
  );
}

/** Shows one start: waiting, its run, or why there is none and what to do. */
function StartState({ start, isCompact = false, ...actions }: StartActions & { readonly start: Start; readonly isCompact?: boolean }) {
  const { launched } = start;
  if (start.problem) return <FailedStart start={start} {...actions} />;
  if (!launched) return <p className="ac-secondary">{start.state === "starting" ? "Starting…" : "Waiting to start"}</p>;
  if ("runId" in launched) {
    const { item } = start;
    return (
      <RunView
        address={actions.address} run={launched.runId} compact={isCompact}
        onRetry={(runId) => { actions.follow(item.id, runId); }}
      />
    );
  }
  return <PipelineRunView project={launched.project} pipelineId={launched.pipelineId} started={launched.pipelineRun} />;
}

/** Shows why a run did not start, with what can be done about it. */
export function FailedStart({ start, retry, follow }: StartActions & { readonly start: Start }) {
  const { problem, item } = start;
  const runId = activeRun(problem);
  if (!problem) return null;
  return (
    <div className="failed-start">
      <ProblemCard problem={problem} />
      <div className="ac-buttons">
        {runId && <button type="button" className="ac-button" onClick={() => { follow(item.id, runId); }}>Follow that run</button>}
        {!item.isMissing && <button type="button" className="ac-button" onClick={() => { retry(start); }}>Retry start</button>}
      </div>
    </div>
  );
}
