/**
 * Whether a start is possible now: what it still waits for, and what has to be read first.
 *
 * @packageDocumentation
 */
import type { Resource } from "../../parts/resource";

import type { EditsState } from "./edits";
import type { Sources } from "./sources";

/** Why a start is not possible now; empty when it is. */
export interface Readiness {
  readonly isLoading: boolean;
  readonly note: string;
}

type Part = readonly [name: string, resource: Resource<unknown>];

/** Returns what a start waits for. Without the parts that decide where the run goes, there is none. */
export function readiness(sources: Sources, stored: EditsState["stored"]): Readiness {
  const needed = neededParts(sources);
  const awaited = [...needed, ...otherParts(sources), ["what you typed last time", stored] as const].filter(([, one]) => one.isLoading);
  if (awaited.length > 0) return { isLoading: true, note: `You can start when ${listed(awaited)} have loaded.` };
  const unread = needed.filter(([, one]) => one.value === undefined);
  if (unread.length === 0) return { isLoading: false, note: "" };
  return { isLoading: false, note: `You cannot start without ${listed(unread)}. Try again to read what is missing.` };
}

/** The parts that say which work item, which mapping and which way: a default in their place would be a wrong one. */
function neededParts({ form, items, settings, pipeline }: Sources): readonly Part[] {
  const parts: readonly Part[] = [["the work items", items], ["the project's settings", settings]];
  return form.through === "pipeline" && form.pipelineId > 0 ? [...parts, ["the pipeline", pipeline]] : parts;
}

function otherParts(sources: Sources): readonly Part[] {
  const { form, choices, repositories, allowed, agents, templates, pipelines, branches } = sources;
  const always: readonly Part[] = [
    ["your last choices", choices],
    ["the repositories", repositories],
    ["the agents", agents],
    ["the branches", branches],
  ];
  const others: readonly Part[] =
    form.through === "pipeline" ? [["the pipelines", pipelines]] : [["the allowed repositories", allowed], ["the templates", templates]];
  return [...always, ...others];
}

function listed(parts: readonly Part[]): string {
  return new Intl.ListFormat("en").format(parts.map(([name]) => name));
}
