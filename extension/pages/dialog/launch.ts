/**
 * Starts runs: at the app, or through a pipeline with the person's own rights.
 *
 * @packageDocumentation
 */
import { useMemo, useReducer, useRef } from "react";

import { startRun } from "../app/runs";
import { startPipeline } from "../azure_devops/pipelines";
import type { WorkItem } from "../azure_devops/work_items";
import { projectDocument, writeDocument } from "../host/documents";

import { choicesOf, type Form } from "./form";
import { toPipelineProblem, withNextStep } from "./problems";
import type { Reads } from "./reads";
import { pipelineStart, runBody } from "./requests";
import { afterEvent, createStarter, newStarts, type Launch, type Start, type StartEvent } from "./starts";

/** The starts of the dialog, and what can be done about them. */
export interface Starting {
  readonly starts: readonly Start[];
  /** Starts runs for *due*; those in progress or started are left alone. */
  readonly start: (due: readonly Start[], reads: Reads) => Promise<void>;
  /** Takes a run that is in progress already as the run of a work item. */
  readonly follow: (id: number, runId: string) => void;
}

/** Returns the starts for *items*; each keeps its key for as long as the dialog is open. */
export function useStarting(items: readonly WorkItem[] | undefined): Starting {
  const keys = useRef(new Map<number, string>());
  const initial = useMemo(() => newStarts(items ?? [], (id) => keyOf(keys.current, id)), [items]);
  const [events, emit] = useReducer((all: readonly StartEvent[], event: StartEvent) => [...all, event], []);
  const starter = useMemo(() => createStarter(emit), []);
  const starts = useMemo(() => events.reduce(afterEvent, initial), [events, initial]);
  const start = async (due: readonly Start[], { form, address, place }: Reads) => {
    void writeDocument("choices", projectDocument(place.projectId), choicesOf(form)).catch(() => undefined);
    await starter(due, form.through === "pipeline" ? throughPipeline(form, place.project) : directly(form, address, place.organization));
  };
  const follow = (id: number, runId: string) => { emit({ type: "started", id, launched: { runId } }); };
  return { starts, start, follow };
}

function keyOf(keys: Map<number, string>, id: number): string {
  const key = keys.get(id) ?? crypto.randomUUID();
  keys.set(id, key);
  return key;
}

/** Returns the start of a run at the app. */
export function directly(form: Form, address: string, organization: string): Launch {
  return async (item, key) => {
    const answer = await startRun(address, runBody(form, item, organization), key);
    return "problem" in answer ? { problem: withNextStep(answer.problem) } : { value: { runId: answer.value.id } };
  };
}

/** Returns the start of a pipeline's run. */
export function throughPipeline(form: Form, project: string): Launch {
  return async (item) => {
    try {
      const pipelineRun = await startPipeline(project, form.pipelineId, pipelineStart(form, item));
      return { value: { pipelineRun, pipelineId: form.pipelineId, project } };
    } catch (thrown) {
      return { problem: toPipelineProblem(thrown) };
    }
  };
}
