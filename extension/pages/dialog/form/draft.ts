/**
 * Keeps what a person types, as it is typed, until the run has started.
 *
 * @packageDocumentation
 */
import { deleteDocument, draftDocument, readDocument, writeDocument } from "../../host/documents";

import { readEdits } from "./choices";
import type { Edits } from "./form";

/** How long nothing is typed before the draft is saved, in milliseconds. */
export const SILENCE_MS = 1_000;

/** A draft: saved after silence or at once, deleted after the start. */
export interface Draft {
  /** Saves *edits* after a silence. */
  readonly later: (edits: Edits) => void;
  /** Saves what is waiting, without delay; failures are ignored, because a dialog that closes cannot show them. */
  readonly now: () => Promise<void>;
  /** Deletes the draft, and what is waiting. */
  readonly forget: () => Promise<void>;
}

/** Returns the id of the draft of some work items, whatever order they were selected in. */
export function draftId(projectId: string, workItemIds: readonly number[]): string {
  return draftDocument(projectId, [...workItemIds].sort((one, other) => one - other));
}

/** Returns the saved draft; empty when there is none. */
export async function readDraft(id: string): Promise<Edits> {
  return readEdits((await readDocument<{ edits: unknown }>("drafts", id)).edits);
}

/** Returns the draft with *id*; *onSaved* is told after each attempt whether it was saved. */
export function createDraft(id: string, onSaved: (isSaved: boolean) => void): Draft {
  let waiting: Edits | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last = Promise.resolve(); // writes reach the store in the order in which they were made
  const save = () => {
    clearTimeout(timer);
    if (waiting !== undefined) {
      const edits = waiting;
      waiting = undefined;
      last = last.then(() => writeDocument("drafts", id, { edits })).then(
        () => { onSaved(true); },
        () => { onSaved(false); },
      );
    }
    return last;
  };
  const later = (edits: Edits) => {
    waiting = edits;
    clearTimeout(timer);
    timer = setTimeout(() => void save(), SILENCE_MS);
  };
  const forget = () => {
    waiting = undefined;
    clearTimeout(timer);
    last = last.then(() => deleteDocument("drafts", id)).catch(() => undefined);
    return last;
  };
  return { later, now: save, forget };
}
