/**
 * A run as it proceeds: phases, log, cost and actions; at its end the pull request, or the reason and the next step.
 *
 * @packageDocumentation
 */
import { useId, useState, type ReactNode } from "react";

import type { Run } from "../app/answers";

import { useRunActions, type RunActions } from "./actions";
import type { Followed } from "./follow";
import { cost, duration, runName } from "./format";
import { useFollowed, useNow, type LogMode } from "./hooks";
import { LogView } from "./LogView";
import { MAX_PANEL_LENGTH } from "./log_tail";
import { nextStep } from "./next_step";
import { openPanel } from "./panel";
import { plainLine } from "./plain";
import { ProblemCard } from "./ProblemCard";
import { RunButtons } from "./RunButtons";
import { Ending, Facts, Phases, StateLine } from "./RunState";
import { hasEnded } from "./states";
import { useLogDownload } from "./whole_log";
import "./parts.css";

/** Which run to show, and how. */
export interface RunViewProps {
  readonly address: string;
  readonly run: string;
  /** One state line with a button for the details, as a row in a list. */
  readonly compact?: boolean | undefined;
  /** Shows the name of the run; for a page that does not. */
  readonly titled?: boolean | undefined;
  /** Shows more of the log than its end; for a page with room. */
  readonly whole?: boolean | undefined;
  /** Receives the id of the run that a retry started; without it, the view itself goes on to that run. */
  readonly onRetry?: ((id: string) => void) | undefined;
}

/** Shows a run and follows it to its end. */
export function RunView({ run, onRetry, ...props }: RunViewProps) {
  const [retried, setRetried] = useState({ of: run, id: run });
  const id = retried.of === run ? retried.id : run;
  return <OneRun key={id} id={id} onRetry={onRetry ?? ((next) => { setRetried({ of: run, id: next }); })} {...props} />;
}

interface OneRunProps extends Omit<RunViewProps, "run" | "onRetry"> {
  readonly id: string;
  readonly onRetry: (id: string) => void;
}

function OneRun(props: OneRunProps) {
  const { address, id, compact, titled, whole, onRetry } = props;
  const [isOpen, setOpen] = useState(!compact);
  const mode: LogMode = isOpen ? { log: true, maxLength: whole ? MAX_PANEL_LENGTH : undefined } : { log: false };
  const { followed, askNow } = useFollowed(address, id, mode);
  const actions = useRunActions(address, id, onRetry);
  const { record, problem } = followed;
  return (
    <div className="ac-run">
      {record && titled && <h2 className="ac-title">{plainLine(runName(record))}</h2>}
      <StateLine record={record} isCancelling={actions.isCancelling} hasProblem={problem !== undefined} />
      {problem && <ProblemCard problem={problem} next={`${nextStep(problem)} This page keeps trying by itself.`} retry={askNow} />}
      {record && <KnownRun {...props} {...{ record, followed, actions, isOpen }} toggle={() => { setOpen(!isOpen); }} />}
    </div>
  );
}

interface KnownRunProps extends OneRunProps, PartProps {
  readonly followed: Followed;
  readonly isOpen: boolean;
  readonly toggle: () => void;
}

/** Shows a run whose record has been read. */
function KnownRun({ address, compact, whole, record, followed, actions, isOpen, toggle }: KnownRunProps) {
  const details = useId();
  return (
    <>
      {compact && <Summary record={record} />}
      <Foot record={record} actions={actions}>
        {compact && (
          <button type="button" className="ac-button" aria-expanded={isOpen} aria-controls={details} onClick={toggle}>
            {isOpen ? "Hide details" : "Details"}<span className="ac-hidden"> of {plainLine(runName(record))}</span>
          </button>
        )}
      </Foot>
      <div id={details} className="ac-details">{isOpen && <Details {...{ record, followed, address, whole }} />}</div>
    </>
  );
}

interface PartProps {
  readonly record: Run;
  readonly actions: RunActions;
}

/** Shows how a run ended, and what can be done about it. */
function Foot({ record, actions, children }: PartProps & { readonly children: ReactNode }) {
  return (
    <>
      <Ending record={record} />
      {actions.problem && <ProblemCard problem={actions.problem} next={nextStep(actions.problem)} />}
      <RunButtons record={record} actions={actions}>{children}</RunButtons>
    </>
  );
}

/** Shows how long a run has taken and what it has cost, in one line. */
function Summary({ record }: { readonly record: Run }) {
  const now = useNow(!hasEnded(record));
  const parts = [duration(record.queuedAt, record.endedAt, now), cost(record.usage)];
  return <p className="ac-secondary">{parts.filter(Boolean).join(" · ")}</p>;
}

interface DetailsProps {
  readonly record: Run;
  readonly followed: Followed;
  readonly address: string;
  /** Whether the page has room; one that has not leads to the panel, which has. */
  readonly whole: boolean | undefined;
}

function Details(props: DetailsProps) {
  const { record } = props;
  return (
    <>
      <Phases record={record} />
      <Facts record={record} />
      <RunLog {...props} />
    </>
  );
}

/** Shows the log, with the way to what is left out of it. */
function RunLog({ record: { id }, followed, address, whole = false }: DetailsProps) {
  const { start, isBusy, problem } = useLogDownload(address, id);
  const download = { text: isBusy ? "Reading the whole log…" : "Download the whole log", open: start, isBusy };
  const panel = { text: "Open more of it in the panel", open: () => { void openPanel([id], address); } };
  return (
    <>
      <LogView log={followed.log} isOver={followed.over} more={whole ? download : panel} />
      {problem && <ProblemCard problem={problem} next={nextStep(problem)} retry={start} />}
    </>
  );
}
