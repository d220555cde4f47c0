/**
 * Starts runs: at the app, or through a pipeline with the person's own rights.
 *
 * @packageDocumentation
 */
import { useMemo, useReducer } from "react";

import type { RunBody } from "../../../shared/openapi";
import { startRun } from "../../app/runs";
import { startPipeline } from "../../azure_devops/pipelines";
import { readWorkItems, type WorkItem } from "../../azure_devops/work_items";
import { projectDocument, writeDocument } from "../../host/documents";
import { answered, valueOf } from "../../parts/resource";

import { choicesAfter } from "../form/choices";
import type { Edits, Form } from "../form/form";
import { missingItem, toPipelineProblem, withNextStep } from "./problems";
import { pipelineStart, runBody } from "../form/requests";
import type { Sources } from "../form/sources";
import { afterEvent, createStarter, newStarts, type Launch, type Start, type StartEvent } from "./starts";

/** Returns the idempotency key of the request for a run with *body* at the app at *address*. */
export type KeyOf = (address: string, body: RunBody) => string;

/** The starts of the dialog, and what can be done about them. */
export interface Starts {
  readonly starts: readonly Start[];
  /** Starts runs for *due*; those in progress or started are left alone. */
  readonly start: (due: readonly Start[], sources: Sources, edits: Edits) => Promise<void>;
  /** Takes a run that is in progress already as the run of a work item. */
  readonly follow: (id: number, runId: string) => void;
  /** Follows no run any more that was not started here, so that one can be started. */
  readonly unfollow: () => void;
}

/** Returns the starts for *items*. */
export function useStarts(items: readonly WorkItem[] | undefined): Starts {
  const initial = useMemo(() => newStarts(items ?? []), [items]);
  const keyOf = useMemo(createKeys, []);
  const [events, emit] = useReducer((all: readonly StartEvent[], event: StartEvent) => [...all, event], []);
  const starter = useMemo(() => createStarter(emit), []);
  const starts = useMemo(() => events.reduce(afterEvent, initial), [events, initial]);
  const start = async (due: readonly Start[], sources: Sources, edits: Edits) => {
    const { known, form, address, place } = sources;
    const choices = choicesAfter(known.choices ?? {}, edits, form);
    // Choices that could not be read are not overwritten.
    if (!sources.choices.problem) void writeDocument("choices", projectDocument(place.projectId), choices).catch(() => undefined);
    await starter(due, form, form.through === "pipeline" ? throughPipeline(form, place.project) : directly(form, address, place.organization, keyOf));
  };
  return {
    starts,
    start,
    follow: (id, runId) => { emit({ type: "followed", id, runId }); },
    unfollow: () => {
      for (const { state, item } of starts) if (state === "followed") emit({ type: "unfollowed", id: item.id });
    },
  };
}

/**
 * Returns a function that gives each request its idempotency key. The same request has the same key, so that it starts
 * one run however often it is sent; a request that was changed has another one, because the app would return the run of
 * the first without a look at the second.
 */
export function createKeys(): KeyOf {
  const keys = new Map<string, string>();
  return (address, body) => {
    const request = JSON.stringify([address, body]);
    const key = keys.get(request) ?? crypto.randomUUID();
    keys.set(request, key);
    return key;
  };
}

/** Returns the start of a run at the app. */
export function directly(form: Form, address: string, organization: string, keyOf: KeyOf): Launch {
  return async (item) => {
    const body = runBody(form, item, organization);
    const answer = await startRun(address, body, keyOf(address, body));
    return "problem" in answer ? { problem: withNextStep(answer.problem) } : { value: { runId: answer.value.id } };
  };
}

/** Returns the start of a pipeline's run. A pipeline would run for an item that is gone, so the item is read again. */
export function throughPipeline(form: Form, project: string): Launch {
  return async (item) => {
    const present = await answered("the work item", () => valueOf(readWorkItems([item.id])));
    if ("problem" in present) return { problem: withNextStep(present.problem) };
    if (present.value.every((one) => one.isMissing)) return { problem: missingItem(item.id) };
    try {
      const pipelineRun = await startPipeline(project, form.pipelineId, pipelineStart(form, item));
      return { value: { pipelineRun, pipelineId: form.pipelineId, project } };
    } catch (thrown) {
      return { problem: toPipelineProblem(thrown) };
    }
  };
}
