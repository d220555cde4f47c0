/**
 * Labelled fields: text with suggestions, a choice from a short list, and a secret.
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
  readonly isChanged?: boolean;
  /** Removes the field's own value, when it has one. */
  readonly onClear?: (() => void) | undefined;
  readonly clearText?: string;
}

/** An entry of a list: what is stored, and what people read. */
export interface Option {
  readonly value: string;
  readonly label: string;
}

/** Shows the label above *children*; mistake and hint below. */
export function Field({ children, ...field }: FieldProps & { readonly children: ReactNode }) {
  const { id, label, hint, error, isChanged = false, onClear, clearText = "Clear" } = field;
  return (
    <div className="set-field">
      <span className="set-label">
        <label htmlFor={id}>{label}</label>
        {isChanged && <span className="set-unsaved">unsaved</span>}
        {onClear && (
          <button type="button" className="ac-link" onClick={onClear} aria-label={`${clearText}: ${label}`}>{clearText}</button>
        )}
      </span>
      {children}
      {error && <span className="set-error" id={`${id}-error`}>{error}</span>}
      {hint && <span className="set-hint" id={`${id}-hint`}>{hint}</span>}
    </div>
  );
}

/** A field for text, with suggestions that do not limit it. */
export interface TextFieldProps extends FieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly placeholder?: string | undefined;
  readonly suggestions?: readonly Option[];
}

/** One line of text. */
export function TextField(props: TextFieldProps) {
  const { id, value, onChange, placeholder, suggestions = [] } = props;
  return (
    <Field {...props}>
      <input
        className="set-control" id={id} type="text" autoComplete="off" spellCheck={false} value={value}
        placeholder={placeholder} list={suggestions.length ? `${id}-list` : undefined}
        onChange={(event) => { onChange(event.target.value); }} {...described(props)}
      />
      {suggestions.length > 0 && (
        <datalist id={`${id}-list`}>
          {suggestions.map((option) => <option key={option.value} value={option.value} label={option.label} />)}
        </datalist>
      )}
    </Field>
  );
}

/** A choice from a short list; the first entry is usually the inherited value. */
export function SelectField(props: FieldProps & { readonly value: string; readonly options: readonly Option[]; readonly onChange: (value: string) => void }) {
  const { id, value, options, onChange } = props;
  return (
    <Field {...props}>
      <select className="set-control" id={id} value={value} onChange={(event) => { onChange(event.target.value); }} {...described(props)}>
        {options.map((option) => <option key={option.value} value={option.value}>{option.label}</option>)}
      </select>
    </Field>
  );
}

/** A secret. Browsers are asked not to keep it, and the page holds it in memory alone. */
export function SecretField(props: FieldProps & { readonly value: string; readonly onChange: (value: string) => void }) {
  const { id, value, onChange } = props;
  return (
    <Field {...props}>
      <input
        className="set-control" id={id} type="password" autoComplete="off" spellCheck={false} value={value}
        data-1p-ignore="" data-lpignore="true" // asks password stores not to offer to keep it
        onChange={(event) => { onChange(event.target.value); }} {...described(props)}
      />
    </Field>
  );
}

/** Returns the attributes that tie a control to its hint and its mistake. */
export function described({ id, hint, error }: FieldProps) {
  const ids = [error && `${id}-error`, hint && `${id}-hint`].filter(Boolean).join(" ");
  return { "aria-describedby": ids || undefined, "aria-invalid": error !== undefined };
}
