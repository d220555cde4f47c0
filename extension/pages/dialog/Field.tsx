/**
 * A labelled field, with a hint and the mistake in it.
 *
 * @packageDocumentation
 */
import type { ReactNode } from "react";

/** What every field has. */
export interface FieldProps {
  readonly id: string;
  readonly label: string;
  readonly hint?: string | undefined;
  readonly error?: string | undefined;
  readonly isRequired?: boolean;
}

/** Returns the attributes that tie the control of a field to its hint and its mistake. */
export function described({ id, hint, error }: FieldProps) {
  const ids = [error && `${id}-error`, hint && `${id}-hint`].filter(Boolean).join(" ");
  return { "aria-describedby": ids || undefined, "aria-invalid": error !== undefined };
}

/** Shows the label above *children*, and hint and mistake below. */
export function Field({ children, ...field }: FieldProps & { readonly children: ReactNode }) {
  const { id, label, hint, error, isRequired } = field;
  return (
    <div className="field">
      <label className="field-label body-m" htmlFor={id}>
        {label}
        {isRequired && <span aria-hidden="true"> *</span>}
      </label>
      {children}
      {error && <span className="field-error body-s" id={`${id}-error`}>{error}</span>}
      {hint && <span className="field-hint body-s" id={`${id}-hint`}>{hint}</span>}
    </div>
  );
}

/** One line of text. */
export function TextInput(props: FieldProps & { readonly value: string; readonly onChange: (value: string) => void; readonly placeholder?: string }) {
  const { id, value, onChange, placeholder } = props;
  return (
    <Field {...props}>
      <input
        className="control" id={id} type="text" inputMode="decimal" autoComplete="off" value={value}
        placeholder={placeholder} onChange={(event) => { onChange(event.target.value); }} {...described(props)}
      />
    </Field>
  );
}

/** Several lines of text. */
export function TextArea(props: FieldProps & { readonly value: string; readonly onChange: (value: string) => void }) {
  const { id, value, onChange } = props;
  return (
    <Field {...props}>
      <textarea
        className="control" id={id} rows={4} value={value}
        onChange={(event) => { onChange(event.target.value); }} {...described(props)}
      />
    </Field>
  );
}

/** An entry of a short list; one that cannot be chosen says why in its label. */
export interface Option {
  readonly value: string;
  readonly label: string;
  readonly isDisabled?: boolean;
}

/** A choice from a short list. */
export function Select(props: FieldProps & { readonly value: string; readonly options: readonly Option[]; readonly onChange: (value: string) => void }) {
  const { id, value, options, onChange, isRequired = false } = props;
  return (
    <Field {...props}>
      <select
        className="control" id={id} value={value} required={isRequired}
        onChange={(event) => { onChange(event.target.value); }} {...described(props)}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value} disabled={option.isDisabled}>{option.label}</option>
        ))}
      </select>
    </Field>
  );
}
