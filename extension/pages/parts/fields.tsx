/**
 * Labelled fields: text, long text, a choice from a short list, a check box, and a secret.
 *
 * @packageDocumentation
 */
import type { ReactNode } from "react";

import "./fields.css";

/** What every field has. */
export interface FieldProps {
  readonly id: string;
  readonly label: string;
  readonly hint?: string | undefined;
  readonly error?: string | undefined;
  readonly isRequired?: boolean;
  /** Whether the field has a value that is not saved. */
  readonly isChanged?: boolean;
  /** Removes the field's own value, when it has one. */
  readonly onClear?: (() => void) | undefined;
  readonly clearText?: string;
}

/** A field whose value is text. */
export interface ValueProps extends FieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** An entry of a list; one that cannot be chosen says why in its label. */
export interface Option {
  readonly value: string;
  readonly label: string;
  readonly isDisabled?: boolean;
}

/** Returns the attributes that tie the control of a field to its hint and its mistake. */
export function described({ id, hint, error, isRequired = false }: FieldProps) {
  const ids = [error && `${id}-error`, hint && `${id}-hint`].filter(Boolean).join(" ");
  return { "aria-describedby": ids || undefined, "aria-invalid": error !== undefined, "aria-required": isRequired || undefined };
}

/** Shows the label above *children*; mistake and hint below. */
export function Field({ children, ...field }: FieldProps & { readonly children: ReactNode }) {
  const { id, label, hint, error, isRequired = false, isChanged = false, onClear, clearText = "Clear" } = field;
  return (
    <div className="ac-field">
      <span className="ac-field-head">
        <label htmlFor={id}>
          {label}
          {isRequired && <span aria-hidden="true"> *</span>}
        </label>
        {isChanged && <span className="ac-field-unsaved">unsaved</span>}
        {onClear && (
          <button type="button" className="ac-link" onClick={onClear} aria-label={`${clearText}: ${label}`}>{clearText}</button>
        )}
      </span>
      {children}
      {error && <span className="ac-field-error" id={`${id}-error`}>{error}</span>}
      {hint && <span className="ac-field-hint" id={`${id}-hint`}>{hint}</span>}
    </div>
  );
}

/** A field for text, with suggestions that do not limit it. */
export interface TextFieldProps extends ValueProps {
  readonly placeholder?: string | undefined;
  readonly suggestions?: readonly Option[];
  readonly inputMode?: "text" | "decimal";
  /** Called when the person leaves the field. */
  readonly onLeave?: () => void;
}

/** One line of text. */
export function TextField(props: TextFieldProps) {
  const { id, value, onChange, onLeave, placeholder, suggestions = [], inputMode } = props;
  return (
    <Field {...props}>
      <input
        className="ac-control" id={id} type="text" autoComplete="off" spellCheck={false} inputMode={inputMode} value={value}
        placeholder={placeholder} list={suggestions.length ? `${id}-list` : undefined}
        onChange={(event) => { onChange(event.target.value); }} onBlur={onLeave} {...described(props)}
      />
      {suggestions.length > 0 && (
        <datalist id={`${id}-list`}>
          {suggestions.map((option) => <option key={option.value} value={option.value} label={option.label} />)}
        </datalist>
      )}
    </Field>
  );
}

/** Several lines of text. */
export function TextAreaField(props: ValueProps) {
  const { id, value, onChange } = props;
  return (
    <Field {...props}>
      <textarea
        className="ac-control" id={id} rows={4} value={value}
        onChange={(event) => { onChange(event.target.value); }} {...described(props)}
      />
    </Field>
  );
}

/** A choice from a short list; the first entry is usually the inherited value. */
export function SelectField(props: ValueProps & { readonly options: readonly Option[]; readonly isDisabled?: boolean }) {
  const { id, value, options, onChange, isDisabled = false } = props;
  return (
    <Field {...props}>
      <select
        className="ac-control" id={id} value={value} disabled={isDisabled}
        onChange={(event) => { onChange(event.target.value); }} {...described(props)}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value} disabled={option.isDisabled}>{option.label}</option>
        ))}
      </select>
    </Field>
  );
}

/** What is true or false. */
export interface CheckFieldProps {
  readonly id: string;
  readonly label: string;
  readonly isChecked: boolean;
  readonly isDisabled?: boolean;
  readonly onChange: (isChecked: boolean) => void;
}

/** A check box with its label behind it. */
export function CheckField({ id, label, isChecked, isDisabled = false, onChange }: CheckFieldProps) {
  return (
    <label className="ac-check" htmlFor={id}>
      <input id={id} type="checkbox" checked={isChecked} disabled={isDisabled} onChange={(event) => { onChange(event.target.checked); }} />
      {label}
    </label>
  );
}

/** A secret. Browsers are asked not to keep it, and the page holds it in memory alone. */
export function SecretField(props: ValueProps) {
  const { id, value, onChange } = props;
  return (
    <Field {...props}>
      <input
        className="ac-control" id={id} type="password" autoComplete="off" spellCheck={false} value={value}
        data-1p-ignore="" data-lpignore="true" // asks password stores not to offer to keep it
        onChange={(event) => { onChange(event.target.value); }} {...described(props)}
      />
    </Field>
  );
}
