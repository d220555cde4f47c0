/**
 * What became of the starts: the run of one work item, or one list for several.
 *
 * @packageDocumentation
 */
import { useEffect, useRef } from "react";

import { ProblemCard } from "../../parts/ProblemCard";
import { RunView } from "../../parts/RunView";

import { PipelineRunView } from "./PipelineRunView";
import { activeRun } from "./problems";
import { tallyOf, tallyText, type Start } from "./starts";
import { itemTitle } from "../Titles";

const FOLLOWED = "A run that was in progress already does not use what you typed. It is kept: go back to start another run with it.";

/** What can be done about a start. */
export interface StartActions {
  readonly address: string;
  readonly retry: (start: Start) => void;
  readonly follow: (id: number, runId: string) => void;
}

/** Shows *starts*; the focus moves to the heading, so that screen readers go on there. */
export function Progress({ starts, attempt, ...actions }: StartActions & { readonly starts: readonly Start[]; readonly attempt: number }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus(); // also after a retry, whose button is gone
  }, [attempt]);
  const [only] = starts;
  const isFollowed = starts.some((one) => one.state === "followed");
  return (
    <section className="progress" aria-labelledby="progress">
      <h2 className="title" id="progress" tabIndex={-1} ref={heading}>Progress</h2>
      {starts.length === 1 && only ? <StartState start={only} {...actions} /> : <StartList starts={starts} {...actions} />}
      {isFollowed && <p className="ac-secondary">{FOLLOWED}</p>}
    </section>
  );
}

function StartList({ starts, ...actions }: StartActions & { readonly starts: readonly Start[] }) {
  return (
    <>
      <p role="status">{tallyText(tallyOf(starts))}</p>
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
    <div className="failed-start" role="group" aria-label="Not started" tabIndex={-1}>
      <ProblemCard problem={problem} />
      <div className="ac-buttons">
        {runId && <button type="button" className="ac-button" onClick={() => { follow(item.id, runId); }}>Follow that run</button>}
        {!item.isMissing && <button type="button" className="ac-button" onClick={() => { retry(start); }}>Retry start</button>}
      </div>
    </div>
  );
}
