/**
 * The starts of one dialog: one run for each work item, so that no click starts two.
 *
 * @packageDocumentation
 */
import type { Answer, Problem } from "../../app/client";
import type { PipelineRun } from "../../azure_devops/pipelines";
import type { WorkItem } from "../../azure_devops/work_items";
import { reasonOf } from "../../parts/reasons";

import type { Form } from "../form/form";
import { missingItem } from "./problems";

/** What a start led to: a run of the app, or a pipeline's run. */
export type LaunchedRun =
  | { readonly runId: string }
  | { readonly pipelineRun: PipelineRun; readonly pipelineId: number; readonly project: string };

/** The start for one work item. */
export interface Start {
  readonly item: WorkItem;
  /** A run that was in progress already is followed, not started. */
  readonly state: "ready" | "starting" | "started" | "followed" | "failed";
  readonly launched?: LaunchedRun | undefined;
  readonly problem?: Problem | undefined;
  /** The form that the app refused. */
  readonly form?: Form | undefined;
}

/** What happens to the start for a work item. */
export type StartEvent =
  | { readonly type: "starting"; readonly id: number }
  | { readonly type: "unfollowed"; readonly id: number }
  | { readonly type: "started"; readonly id: number; readonly launched: LaunchedRun }
  | { readonly type: "followed"; readonly id: number; readonly runId: string }
  | { readonly type: "failed"; readonly id: number; readonly problem: Problem; readonly form: Form };

/** Starts a run for a work item. */
export type Launch = (item: WorkItem) => Promise<Answer<LaunchedRun>>;

/** Returns a start for each of *items*; those that cannot be read have failed already. */
export function newStarts(items: readonly WorkItem[]): readonly Start[] {
  return items.map((item) => (item.isMissing ? { item, state: "failed", problem: missingItem(item.id) } : { item, state: "ready" }));
}

/** Returns the starts after *event*. */
export function afterEvent(starts: readonly Start[], event: StartEvent): readonly Start[] {
  return starts.map((start) => (start.item.id === event.id ? afterOwn(start, event) : start));
}

function afterOwn({ item, state }: Start, event: StartEvent): Start {
  if (event.type === "starting") return { item, state: "starting" };
  if (event.type === "unfollowed") return { item, state: "ready" };
  if (event.type === "started") return { item, state: "started", launched: event.launched };
  if (event.type === "failed") return { item, state: "failed", problem: event.problem, form: event.form };
  // A retry of a run that was started here is followed as one that was started here.
  return { item, state: state === "started" ? "started" : "followed", launched: { runId: event.runId } };
}

/** Returns the ids of the app's runs in *starts*, whether they were started here or before. */
export function runIds(starts: readonly Start[]): readonly string[] {
  return starts.flatMap(({ launched }) => (launched && "runId" in launched ? [launched.runId] : []));
}

/** Returns whether the start can be tried. */
export function canStart({ item, state }: Start): boolean {
  return !item.isMissing && (state === "ready" || state === "failed");
}

/** How many of the starts have a run, how many have none yet, and whether one is under way. */
export interface Tally {
  readonly started: number;
  readonly all: number;
  /** Work items that still can have a run. */
  readonly left: number;
  readonly isStarting: boolean;
}

/** Counts *starts*. */
export function tallyOf(starts: readonly Start[]): Tally {
  const isStarting = starts.some((one) => one.state === "starting");
  const started = starts.filter((one) => one.launched !== undefined).length;
  return { started, all: starts.length, left: starts.filter((one) => canStart(one) || one.state === "starting").length, isStarting };
}

/** What the dialog says about several starts. */
export function tallyText({ started, all }: Tally): string {
  return `${String(started)} of ${String(all)} started`;
}

/**
 * Returns a function that starts runs one after the other. A start that is in progress or done is never repeated,
 * however often the function is called.
 */
export function createStarter(emit: (event: StartEvent) => void): (starts: readonly Start[], form: Form, launch: Launch) => Promise<void> {
  const taken = new Set<number>();
  return async (starts, form, launch) => {
    const due = starts.filter((start) => canStart(start) && !taken.has(start.item.id));
    for (const { item } of due) taken.add(item.id);
    for (const { item } of due) {
      emit({ type: "starting", id: item.id });
      const answer = await launch(item).catch(broken);
      if ("problem" in answer) emit({ type: "failed", id: item.id, problem: answer.problem, form });
      else emit({ type: "started", id: item.id, launched: answer.value });
      if ("problem" in answer) taken.delete(item.id);
    }
  };
}

function broken(thrown: unknown): { readonly problem: Problem } {
  return { problem: { status: 0, code: "page", message: `The run was not started. ${reasonOf(thrown)}` } };
}
