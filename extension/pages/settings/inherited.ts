/**
 * How a field shows the value that applies while it has none of its own.
 *
 * @packageDocumentation
 */
import type { Settings } from "../host/documents";
import type { Field } from "../host/settings";

import type { FieldProps } from "../parts/fields";
import { LABELS } from "./form";
import type { Form } from "./use_form";

/** Choices about draft pull requests, in words. */
export const DRAFTS: Readonly<Record<NonNullable<Settings["draft"]>, string>> = {
  default: "As the repository's settings say",
  always: "Always",
  never: "Never",
};

/** Returns what every field shows: its label, whether it is unsaved, its mistake, and a way to inherit again. */
export function fieldProps(form: Form, field: Field, isProject: boolean): Omit<FieldProps, "hint"> {
  const hasOwn = form.settings[field] !== undefined;
  return {
    id: `field-${field}`,
    label: LABELS[field],
    isChanged: form.changed.includes(field),
    error: form.problems[field],
    onClear: hasOwn ? () => { form.set(field, undefined); } : undefined,
    clearText: isProject ? "Inherit" : "Clear",
  };
}

/** Returns the placeholder of an empty text: the organisation's value, or what the app does without any. */
export function placeholderOf(inherited: string | undefined, fallback: string): string {
  return inherited === undefined ? fallback : `${inherited} (organization)`;
}
