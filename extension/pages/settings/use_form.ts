/**
 * The state of the form: what is typed, what is saved, and how the last save ended.
 *
 * @packageDocumentation
 */
import { useCallback, useEffect, useState } from "react";

import type { Problem } from "../app/client";
import type { Settings } from "../host/documents";
import type { Field } from "../host/settings";

import { changedFields, problemsOf, rebase, stored, withField, type Problems } from "./form";
import { toProblem } from "../parts/reasons";
import { saveSettings, type Loaded, type Stored } from "./storage";

/** How the last save ended. */
export type Saving =
  | { readonly state: "idle" | "saving" | "saved" | "invalid" }
  | { readonly state: "failed"; readonly problem: Problem }
  | { readonly state: "conflict"; readonly overlapping: readonly Field[]; readonly taken: readonly Field[] };

/** The form, and what a person can do with it. */
export interface Form {
  readonly settings: Settings;
  readonly inherited: Settings;
  readonly changed: readonly Field[];
  readonly problems: Problems;
  readonly saving: Saving;
  readonly set: <F extends Field>(field: F, value: Settings[F]) => void;
  readonly save: () => Promise<void>;
  readonly discard: () => void;
}

/** Starts with *loaded*, and saves to the project's document, or to the organisation's without one. */
export function useForm(projectId: string, loaded: Loaded): Form {
  const [base, setBase] = useState<Stored>(loaded);
  const [settings, setSettings] = useState(loaded.settings);
  const [saving, setSaving] = useState<Saving>({ state: "idle" });
  const changed = changedFields(base.settings, settings);
  const problems = problemsOf(settings);
  useUnloadQuestion(changed.length > 0);

  const set = useCallback(<F extends Field>(field: F, value: Settings[F]) => {
    setSettings((before) => withField(before, field, value));
    setSaving((before) => (before.state === "saving" ? before : { state: "idle" }));
  }, []);
  const save = async () => {
    if (saving.state === "saving") return;
    if (Object.keys(problems).length > 0) {
      setSaving({ state: "invalid" });
      return;
    }
    setSaving({ state: "saving" });
    const next = await saved(projectId, base, settings);
    if (next.base) setBase(next.base);
    if (next.merge) setSettings(next.merge);
    setSaving(next.saving);
  };
  const discard = () => {
    setSettings(base.settings);
    setSaving({ state: "idle" });
  };
  return { settings, inherited: loaded.inherited, changed, problems, saving, set, save, discard };
}

interface Next {
  readonly base?: Stored;
  /** Puts what was typed, during the save too, over the new base. */
  readonly merge?: (typed: Settings) => Settings;
  readonly saving: Saving;
}

async function saved(projectId: string, base: Stored, settings: Settings): Promise<Next> {
  const content = stored(settings);
  try {
    const result = await saveSettings(projectId, content, base.version);
    if ("version" in result) {
      const merge = (typed: Settings) => rebase(settings, typed, content).settings;
      return { base: { settings: content, version: result.version }, merge, saving: { state: "saved" } };
    }
    const { overlapping, taken } = rebase(base.settings, settings, result.theirs.settings);
    const merge = (typed: Settings) => rebase(base.settings, typed, result.theirs.settings).settings;
    return { base: result.theirs, merge, saving: { state: "conflict", overlapping, taken } };
  } catch (thrown) {
    return { saving: { state: "failed", problem: toProblem(thrown, "Not saved.") } };
  }
}

function useUnloadQuestion(hasChanges: boolean): void {
  useEffect(() => {
    if (!hasChanges) return undefined;
    const question = (event: BeforeUnloadEvent) => { event.preventDefault(); };
    window.addEventListener("beforeunload", question);
    return () => { window.removeEventListener("beforeunload", question); };
  }, [hasChanges]);
}
