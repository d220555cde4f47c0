/**
 * What is not saved yet, the buttons for it, and how the last save ended.
 *
 * @packageDocumentation
 */
import { ProblemCard } from "../parts/ProblemCard";

import { LABELS } from "./form";
import type { Form, Saving } from "./use_form";

/** Stays in sight at the end of the page. */
export function SaveBar({ form, refusal }: { readonly form: Form; readonly refusal?: string | undefined }) {
  const { changed, saving } = form;
  const isSaving = saving.state === "saving";
  const isIdle = isSaving || changed.length === 0;
  return (
    <div className="set-save" role="group" aria-label="Save">
      {saving.state === "failed" && (
        <ProblemCard problem={saving.problem} next="What you typed is still here. Try again." />
      )}
      {saving.state === "conflict" && <Conflict {...saving} />}
      {saving.state === "invalid" && <p className="ac-field-error" role="alert">Not saved. {mistakes(form)}</p>}
      {refusal && <p className="set-warning" role="status">{refusal}</p>}
      <div className="ac-buttons">
        <button type="button" className="ac-button ac-primary" disabled={isIdle || refusal !== undefined} onClick={() => void form.save()}>
          {isSaving ? "Saving…" : "Save"}
        </button>
        <button type="button" className="ac-button" disabled={isIdle} onClick={form.discard}>Discard changes</button>
        <span role="status">{statusOf(form)}</span>
      </div>
    </div>
  );
}

function Conflict({ overlapping, taken }: Extract<Saving, { state: "conflict" }>) {
  return (
    <div className="set-warning" role="alert">
      <p>Not saved: somebody else saved these settings while you were editing.</p>
      {taken.length > 0 && <p>The page now shows their values of: {names(taken)}.</p>}
      {overlapping.length > 0 && <p>You both changed: {names(overlapping)}. Your values are still in the form, and replace theirs when you save.</p>}
      <p>Check your changes, then save again.</p>
    </div>
  );
}

function statusOf({ changed, saving }: Form): string {
  if (saving.state === "saving") return "";
  if (changed.length > 0) return `Unsaved: ${names(changed)}`;
  return saving.state === "saved" ? "Saved." : "All changes are saved.";
}

function mistakes({ problems }: Form): string {
  return (Object.keys(problems) as (keyof typeof LABELS)[]).map((field) => `${LABELS[field]}: ${problems[field] ?? ""}`).join(" ");
}

function names(fields: readonly (keyof typeof LABELS)[]): string {
  return fields.map((field) => LABELS[field]).join(", ");
}
