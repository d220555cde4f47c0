/**
 * What the person has entered, restored from the draft and saved to it.
 *
 * @packageDocumentation
 */
import { useEffect, useMemo, useRef, useState } from "react";

import { useResource, valueOf, type Resource } from "../../parts/resource";

import { createDraft, readDraft, type Draft } from "./draft";
import { edit, type Edits } from "./form";

/** The edits, whether they could be read and are saved, and the draft. */
export interface EditsState {
  readonly edits: Edits;
  readonly change: (change: Edits) => void;
  readonly stored: Resource<Edits>;
  readonly isSaved: boolean;
  readonly draft: Draft;
}

/** Returns the edits of the dialog whose draft has *id*. A draft that could not be read is not overwritten. */
export function useEdits(id: string): EditsState {
  const [isSaved, setSaved] = useState(true);
  const [changes, setChanges] = useState<Edits>({});
  const latest = useRef(changes);
  const draft = useMemo(() => createDraft(id, setSaved), [id]);
  const stored = useResource("what you typed last time", id, () => valueOf(readDraft(id)));
  const edits = useMemo(() => edit(stored.value ?? {}, changes), [stored.value, changes]);
  const isChanged = Object.keys(changes).length > 0;
  useEffect(() => {
    if (isChanged && stored.value) draft.later(edits);
  }, [isChanged, stored.value, edits, draft]);
  useEffect(() => {
    const save = () => void draft.now();
    window.addEventListener("pagehide", save); // the host's own button closes the dialog without asking it
    return () => { window.removeEventListener("pagehide", save); };
  }, [draft]);
  const change = (change: Edits) => {
    latest.current = edit(latest.current, change);
    setChanges(latest.current);
  };
  return { edits, change, stored, isSaved: isSaved && !(isChanged && stored.problem), draft };
}
