/**
 * The dialog: the form, then the progress of what it started.
 *
 * @packageDocumentation
 */
import { useEffect, useState } from "react";

import type { Place } from "../host/session";
import { ProblemCard } from "../parts/ProblemCard";

import { blockingProblem } from "./blocked";
import { FormButtons, ProgressButtons } from "./Buttons";
import { checkForm, type FieldErrors } from "./checks";
import { closeDialog } from "./close";
import { draftId } from "./draft";
import { useEdits, type EditsState } from "./edits";
import { FormView } from "./FormView";
import { useStarting } from "./launch";
import { FailedStart, Progress, type StartActions } from "./Progress";
import { ReadProblem } from "./ReadProblem";
import { useReads, type Reads } from "./reads";
import type { Start } from "./starts";
import { Titles } from "./Titles";

const NOT_SAVED = "What you typed could not be saved. It is kept only while this dialog is open.";

/** What the dialog is opened for. */
export interface DialogProps {
  readonly host: Place;
  readonly ids: readonly number[];
  readonly isDirty: boolean;
}

/** Shows the dialog. */
export function Dialog({ host, ids, isDirty }: DialogProps) {
  const entered = useEdits(draftId(host.projectId, ids));
  const reads = useReads(host, ids, entered.edits);
  const { starts, start, follow } = useStarting(reads.items.value);
  const [isFormWanted, setFormWanted] = useState(true);
  const [hasTried, setTried] = useState(false);
  const errors = checkForm(reads.known, reads.form);
  const isOver = useEnd(starts, entered);
  const begin = (due: readonly Start[]) => {
    setTried(true);
    if (Object.keys(errors).length > 0) {
      setFormWanted(true);
      return;
    }
    setFormWanted(starts.length === 1); // one start stays with the form until it has succeeded
    void start(due, reads);
  };
  const actions = { address: reads.address, follow, retry: (one: Start) => { begin([one]); } };
  const isForm = isFormWanted && !isOver;
  const back = isOver ? undefined : () => { setFormWanted(true); };
  return (
    <>
      <h1 className="ac-hidden">Autocoder</h1>
      {(isForm || ids.length === 1) && <Titles ids={ids} items={reads.items} isDirty={isDirty && isForm} />}
      {isForm ? (
        <FormPart entered={entered} reads={reads} errors={errors} hasTried={hasTried} starts={starts} begin={begin} actions={actions} />
      ) : (
        <>
          <Progress starts={starts} {...actions} />
          <ProgressButtons starts={starts} address={reads.address} back={back} />
        </>
      )}
    </>
  );
}

/** Returns whether every run has started; then the draft has served. */
function useEnd(starts: readonly Start[], { draft }: EditsState): boolean {
  const hasStarted = starts.some((one) => one.state === "started");
  const isOver = hasStarted && starts.every((one) => one.state === "started" || one.item.isMissing);
  useEffect(() => {
    if (isOver) void draft.forget();
  }, [isOver, draft]);
  return isOver;
}

interface FormPartProps {
  readonly entered: EditsState;
  readonly reads: Reads;
  readonly errors: FieldErrors;
  readonly hasTried: boolean;
  readonly starts: readonly Start[];
  readonly begin: (due: readonly Start[]) => void;
  readonly actions: StartActions;
}

function FormPart({ entered, reads, errors, hasTried, starts, begin, actions }: FormPartProps) {
  const blocking = blockingProblem(reads);
  const isWaiting = [reads.settings, reads.items, reads.repositories, entered.stored].some((one) => one.isLoading);
  useFocusOnMistake(hasTried, errors);
  const only = starts.length === 1 && !blocking ? starts : [];
  const close = () => void entered.draft.now().finally(closeDialog);
  return (
    <>
      {blocking && <ProblemCard problem={blocking} />}
      <ReadProblem resource={reads.items} />
      <ReadProblem resource={reads.settings} />
      <ReadProblem resource={entered.stored} />
      {entered.stored.isLoading ? (
        <p className="ac-secondary" role="status">Loading…</p>
      ) : (
        <FormView reads={reads} errors={visible(errors, hasTried)} change={entered.change} />
      )}
      {!entered.isSaved && <p className="ac-field-error" role="status">{NOT_SAVED}</p>}
      {only.map((one) => <FailedStart key={one.key} start={one} {...actions} />)}
      <FormButtons starts={starts} isReady={!isWaiting && !blocking} start={() => { begin(starts); }} close={close} />
    </>
  );
}

/** Returns the mistakes to show: before the first attempt only those that the person did not make. */
function visible(errors: FieldErrors, hasTried: boolean): FieldErrors {
  if (hasTried) return errors;
  const { repository, agentType, sourceBranch, targetBranch } = errors;
  const isOpen = repository === "Choose a repository."; // the field is only empty
  return Object.fromEntries(
    Object.entries({ repository: isOpen ? undefined : repository, agentType, sourceBranch, targetBranch }).filter(([, text]) => text),
  );
}

/** Moves the focus to the first field with a mistake after an attempt to start. */
function useFocusOnMistake(hasTried: boolean, errors: FieldErrors): void {
  const isWrong = hasTried && Object.keys(errors).length > 0;
  useEffect(() => {
    if (isWrong) document.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [isWrong]);
}
