/**
 * Following the runs of a work item.
 *
 * @packageDocumentation
 */
import { useEffect, useState } from "react";

import type { Run } from "../app/answers";
import type { Problem } from "../app/client";
import { listRuns, type RunPlace } from "../app/runs";
import { repeat, stepAfter, VISIBLE_MS, type Step } from "../parts/repeat";
import { hasEnded } from "../parts/states";

/** Highest number of runs that are shown. */
export const MAX_RUNS = 20;
/** Pause while no run is active, in milliseconds: a tag or a pipeline may start one. */
export const IDLE_MS = 30_000;

/** The runs of a work item, newest first, and the problem of the latest request. */
export interface ItemRuns {
  readonly runs?: readonly Run[];
  readonly problem?: Problem;
}

/** Where a work item is: the app's address, organisation and project, and its number. */
export interface ItemPlace extends RunPlace {
  readonly address: string;
  readonly workItemId: number;
}

/** Follows the runs of a work item until *stop* fires; `WAKE` at *wake* asks at once. */
export async function followItem(
  place: ItemPlace,
  onChange: (state: ItemRuns) => void,
  stop: AbortSignal,
  wake: EventTarget,
): Promise<void> {
  let runs: readonly Run[] | undefined;
  const ask = async (): Promise<Step> => {
    const answer = await listRuns(place.address, place, place.workItemId, { top: MAX_RUNS, stop });
    stop.throwIfAborted();
    if ("problem" in answer) {
      onChange({ ...(runs ? { runs } : {}), problem: answer.problem });
      return stepAfter(answer.problem);
    }
    runs = answer.value.value;
    onChange({ runs });
    return "more";
  };
  const visibleMs = (): number => (runs?.some((run) => !hasEnded(run)) ? VISIBLE_MS : IDLE_MS);
  try {
    await repeat(ask, stop, { visibleMs, wake });
  } catch (error) {
    if (!stop.aborted) throw error;
  }
}

/** Follows the runs of a work item while the component is shown. */
export function useItemRuns({ address, organization, project, workItemId }: ItemPlace, wake: EventTarget): ItemRuns {
  const [state, setState] = useState<ItemRuns>({});
  useEffect(() => {
    const stop = new AbortController();
    void followItem({ address, organization, project, workItemId }, setState, stop.signal, wake);
    return () => { stop.abort(); };
  }, [address, organization, project, workItemId, wake]);
  return state;
}
