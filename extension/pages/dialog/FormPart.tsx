/**
 * The form with what is known about a start: what it waits for, what is wrong, and why it failed.
 *
 * @packageDocumentation
 */
import { useEffect, useRef } from "react";

import type { Problem } from "../app/client";
import { ProblemCard } from "../parts/ProblemCard";

import { FormButtons } from "./Buttons";
import { CHOOSE_PIPELINE, CHOOSE_REPOSITORY, type FieldErrors } from "./form/checks";
import type { EditsState } from "./form/edits";
import { FormView } from "./fields/FormView";
import { defaultHints } from "./form/hints";
import { refusedFields } from "./runs/problems";
import { FailedStart, type StartActions } from "./runs/Progress";
import { ReadProblems } from "./ReadProblems";
import type { Readiness } from "./form/readiness";
import type { Sources } from "./form/sources";
import { tallyOf, type Start } from "./runs/starts";

/** Fields whose value is incomplete while it is typed. */
const TYPED: readonly string[] = ["budgetUsd", "budgetMinutes"];
const NOT_SAVED = "What you typed could not be saved. It is kept only while this dialog is open.";

/** What the person entered, what is known, and what can be done with it. */
export interface FormPartProps {
  readonly entered: EditsState;
  readonly sources: Sources;
  readonly starts: readonly Start[];
  readonly errors: FieldErrors;
  readonly blocking: Problem | undefined;
  readonly ready: Readiness;
  /** How often the person has tried to start. */
  readonly attempt: number;
  readonly actions: StartActions;
  readonly begin: () => void;
}

/** Shows the form. */
export function FormPart({ entered, sources, starts, errors, blocking, ready, attempt, actions, begin }: FormPartProps) {
  const { known, form } = sources;
  const { isStarting } = tallyOf(starts);
  const shown = { ...refusedFields(starts, form), ...visible(errors, attempt > 0) };
  useFocusAfterAttempt(attempt, isStarting);
  const only = starts.length === 1 && !blocking ? starts : [];
  return (
    <>
      {blocking && <ProblemCard problem={blocking} />}
      <ReadProblems resources={read(sources, entered)} />
      {entered.stored.isLoading ? (
        <p className="ac-secondary">Loading…</p>
      ) : (
        <FormView
          sources={sources} errors={shown} hints={defaultHints(known, entered.edits, form)} change={entered.change} isSent={isStarting}
        />
      )}
      {!entered.isSaved && <p className="ac-field-error" role="status">{NOT_SAVED}</p>}
      {only.map((one) => <FailedStart key={one.item.id} start={one} {...actions} />)}
      <FormButtons starts={starts} ready={ready} isBlocked={blocking !== undefined} start={begin} save={entered.draft.now} />
    </>
  );
}

/** What was read and matters to the form: a pipeline asks for less of the app, and the other way round. */
function read(sources: Sources, { stored }: EditsState) {
  const { items, settings, choices, repositories, allowed, agents, templates, pipelines, pipeline, branches, form } = sources;
  const byRoute = form.through === "pipeline" ? [pipelines, pipeline] : [allowed, templates];
  return [items, settings, choices, stored, repositories, agents, branches, ...byRoute];
}

/** Returns the mistakes to show: before the first attempt not those in fields that are still to be filled in. */
function visible(errors: FieldErrors, hasTried: boolean): FieldErrors {
  if (hasTried) return errors;
  const isOpen = ([field, text]: [string, string]) => TYPED.includes(field) || text === CHOOSE_REPOSITORY || text === CHOOSE_PIPELINE;
  return Object.fromEntries(Object.entries(errors).filter((one) => !isOpen(one)));
}

/** After an attempt that started nothing, moves the focus to the first field with a mistake, or to the reason. */
function useFocusAfterAttempt(attempt: number, isStarting: boolean): void {
  const answered = useRef(0);
  useEffect(() => {
    if (attempt === answered.current || isStarting) return;
    answered.current = attempt;
    const places = ['[aria-invalid="true"]:enabled', ".failed-start", "h1"];
    places.map((one) => document.querySelector<HTMLElement>(one)).find((one) => one !== null)?.focus();
  }, [attempt, isStarting]);
}
