/**
 * The dialog: the form, then the progress of what it started.
 *
 * @packageDocumentation
 */
import { useEffect, useState } from "react";

import type { Place } from "../host/session";
import { AgentNames } from "../parts/AgentNames";

import { blockingProblem } from "./form/blocked";
import { ProgressButtons } from "./Buttons";
import { checkForm } from "./form/checks";
import { draftId } from "./form/draft";
import { useEdits, type EditsState } from "./form/edits";
import { FormPart } from "./FormPart";
import { useStarts } from "./runs/launch";
import { Progress, type StartActions } from "./runs/Progress";
import { readiness } from "./form/readiness";
import { useSources, type Sources } from "./form/sources";
import { tallyOf, type Start } from "./runs/starts";
import { Titles } from "./Titles";

/** What the dialog is opened for. */
export interface DialogProps {
  readonly host: Place;
  readonly ids: readonly number[];
  readonly isDirty: boolean;
}

/** Shows the dialog. */
export function Dialog({ host, ids, isDirty }: DialogProps) {
  const entered = useEdits(draftId(host.projectId, ids));
  const sources = useSources(host, ids, entered.edits);
  const flow = useFlow(sources, entered);
  const { starts, isForm, isOver, attempt, actions, begin } = flow;
  return (
    <>
      <h1 className="ac-hidden" tabIndex={-1}>Autocoder</h1>
      {(isForm || ids.length === 1) && <Titles ids={ids} items={sources.items} isDirty={isDirty && isForm} />}
      {isForm ? (
        <FormPart {...flow} entered={entered} sources={sources} begin={() => { begin(starts); }} />
      ) : (
        <AgentNames agents={sources.known.agents?.value}>
          <Progress starts={starts} attempt={attempt} {...actions} />
          <ProgressButtons starts={starts} address={sources.address} back={isOver ? undefined : flow.back} />
        </AgentNames>
      )}
    </>
  );
}

/** The way from the form to the runs, and back while something is left to start. */
function useFlow(sources: Sources, entered: EditsState) {
  const { starts, start, follow, unfollow } = useStarts(sources.items.value);
  const [isFormWanted, setFormWanted] = useState(true);
  const [attempt, setAttempt] = useState(0);
  const errors = checkForm(sources.known, entered.edits, sources.form);
  const blocking = blockingProblem(sources);
  const ready = readiness(sources, entered.stored);
  const isOver = useEnd(starts, entered);
  const begin = (due: readonly Start[]) => {
    if (ready.note || blocking || tallyOf(starts).isStarting) return;
    setAttempt((count) => count + 1);
    const isWrong = Object.keys(errors).length > 0;
    setFormWanted(isWrong || starts.length === 1); // one start stays with the form until it has succeeded
    if (!isWrong) void start(due, sources, entered.edits);
  };
  const actions: StartActions = {
    address: sources.address,
    retry: (one) => { begin([one]); },
    follow: (id, runId) => {
      setFormWanted(false);
      follow(id, runId);
    },
  };
  const back = () => {
    unfollow();
    setFormWanted(true);
  };
  return { starts, errors, blocking, ready, attempt, actions, isOver, isForm: isFormWanted && !isOver, begin, back };
}

/**
 * Returns whether every run has started; then the draft has served. A run that was in progress before has not used what
 * was typed, so its draft stays.
 */
function useEnd(starts: readonly Start[], { draft }: EditsState): boolean {
  const hasStarted = starts.some((one) => one.state === "started");
  const isOver = hasStarted && starts.every((one) => one.state === "started" || one.item.isMissing);
  useEffect(() => {
    if (isOver) void draft.forget();
  }, [isOver, draft]);
  return isOver;
}
