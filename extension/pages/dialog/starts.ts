/**
 * The starts of one dialog: one run for each work item, each with a key of its own, so that no click starts two.
 *
 * @packageDocumentation
 */
import type { Answer, Problem } from "../app/client";
import type { PipelineRun } from "../azure_devops/pipelines";
import type { WorkItem } from "../azure_devops/work_items";

/** What a start led to: a run of the app, or a pipeline's run. */
export type Launched =
  | { readonly runId: string }
  | { readonly pipelineRun: PipelineRun; readonly pipelineId: number; readonly project: string };

/** The start for one work item; its idempotency key lives as long as the dialog. */
export interface Start {
  readonly item: WorkItem;
  readonly key: string;
  readonly state: "ready" | "starting" | "started" | "failed";
  readonly launched?: Launched | undefined;
  readonly problem?: Problem | undefined;
}

/** What happens to the start for a work item. */
export type StartEvent =
  | { readonly type: "starting"; readonly id: number }
  | { readonly type: "started"; readonly id: number; readonly launched: Launched }
  | { readonly type: "failed"; readonly id: number; readonly problem: Problem };

/** Starts a run for a work item. */
export type Launch = (item: WorkItem, key: string) => Promise<Answer<Launched>>;

/** Returns a start for each of *items*, with the key of its id; those that cannot be read have failed already. */
export function newStarts(items: readonly WorkItem[], keyOf: (id: number) => string): readonly Start[] {
  return items.map((item) => {
    const start = { item, key: keyOf(item.id) };
    return item.isMissing ? { ...start, state: "failed", problem: missing(item.id) } : { ...start, state: "ready" };
  });
}

/** Returns the starts after *event*. */
export function afterEvent(starts: readonly Start[], event: StartEvent): readonly Start[] {
  const change = (start: Start): Start => {
    const { item, key } = start;
    if (event.type === "starting") return { item, key, state: "starting" };
    if (event.type === "started") return { item, key, state: "started", launched: event.launched };
    return { item, key, state: "failed", problem: event.problem };
  };
  return starts.map((start) => (start.item.id === event.id ? change(start) : start));
}

/** Returns the ids of the runs that the app has started. */
export function runIds(starts: readonly Start[]): readonly string[] {
  return starts.flatMap(({ launched }) => (launched && "runId" in launched ? [launched.runId] : []));
}

/** Returns whether the start can be tried. */
export function canStart({ item, state }: Start): boolean {
  return !item.isMissing && (state === "ready" || state === "failed");
}

/**
 * Returns a function that starts runs one after the other. A start that is in progress or done is never repeated,
 * however often the function is called.
 */
export function createStarter(emit: (event: StartEvent) => void): (starts: readonly Start[], launch: Launch) => Promise<void> {
  const taken = new Set<string>();
  return async (starts, launch) => {
    const due = starts.filter((start) => canStart(start) && !taken.has(start.key));
    for (const { key } of due) taken.add(key);
    for (const { item, key } of due) {
      emit({ type: "starting", id: item.id });
      const answer = await launch(item, key);
      if ("problem" in answer) {
        taken.delete(key);
        emit({ type: "failed", id: item.id, problem: answer.problem });
      } else {
        emit({ type: "started", id: item.id, launched: answer.value });
      }
    }
  };
}

function missing(id: number): Problem {
  const message = `Work item ${String(id)} was deleted, or you are not allowed to see it. No run is started for it.`;
  return { status: 404, code: "missing_item", message };
}
