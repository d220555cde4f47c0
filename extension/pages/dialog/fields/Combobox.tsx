/**
 * A field that searches a long list. The list is part of the page instead of floating above it, because the host cuts
 * off what reaches beyond the dialog's frame, whose height follows its content.
 *
 * @see https://www.w3.org/WAI/ARIA/apg/patterns/combobox/
 * @packageDocumentation
 */
import { useEffect, useRef, type KeyboardEvent } from "react";

import { described, Field, type ValueProps } from "../../parts/fields";

import { useBox, type Box } from "./box";
import { useSearch, type Search, type SearchState } from "./search";

/** A combobox: its value is always an entry of the list, or empty. */
export interface ComboboxProps extends ValueProps {
  readonly search: Search;
  readonly searchKey: string;
  readonly isDisabled?: boolean;
  readonly placeholder?: string;
}

/** Shows the chosen value, and the matching entries while the person searches. */
export function Combobox(props: ComboboxProps) {
  const { id, value, onChange, search, searchKey, isDisabled = false, placeholder } = props;
  const box = useBox(value, onChange);
  const state = useSearch(search, box.typed ?? "", box.isOpen, searchKey);
  const names = state.found?.names ?? [];
  const active = Math.min(box.active, names.length - 1);
  useEffect(() => { box.settle(state); }, [state.found, state.problem, box.isTaking]);
  return (
    <Field {...props}>
      <input
        className="ac-control" id={id} type="text" role="combobox" autoComplete="off" spellCheck={false}
        disabled={isDisabled} placeholder={placeholder} value={box.typed ?? value}
        aria-expanded={box.isOpen} aria-controls={`${id}-list`} aria-autocomplete="list"
        aria-activedescendant={box.isOpen && active >= 0 ? `${id}-${String(active)}` : undefined}
        onClick={(event) => { event.currentTarget.select(); box.open(); }}
        onChange={(event) => { box.type(event.target.value); }}
        onKeyDown={(event) => { onKey(event, box, names, active); }}
        onBlur={box.leave}
        {...described(props)}
      />
      {box.isOpen && <Entries id={id} label={props.label} state={state} value={value} active={active} choose={box.choose} />}
    </Field>
  );
}

function onKey(event: KeyboardEvent, box: Box, names: readonly string[], active: number) {
  const last = names.length - 1;
  const steps: Record<string, () => void> = box.isOpen
    ? {
        ArrowDown: () => { box.move(active >= last ? 0 : active + 1); },
        ArrowUp: () => { box.move(active <= 0 ? last : active - 1); },
        Enter: () => { box.take(names[active]); },
        Escape: box.close,
      }
    : { ArrowDown: box.open, ArrowUp: box.open, Enter: box.open };
  const step = steps[event.key];
  if (!step) return;
  event.preventDefault();
  event.stopPropagation(); // Escape closes the list, not the dialog
  step();
}

interface EntriesProps {
  readonly id: string;
  readonly label: string;
  readonly state: SearchState;
  readonly value: string;
  readonly active: number;
  readonly choose: (name: string) => void;
}

function Entries({ id, label, state: { found, problem }, value, active, choose }: EntriesProps) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.querySelector(".active")?.scrollIntoView({ block: "nearest" });
  }, [active]);
  return (
    <div className="entries">
      <div role="listbox" id={`${id}-list`} aria-label={label} ref={list}>
        {found?.names.map((name, index) => (
          <div
            key={name} id={`${id}-${String(index)}`} role="option" aria-selected={name === value}
            className={index === active ? "entry active" : "entry"}
            onMouseDown={(event) => { event.preventDefault(); }} // keeps the focus in the field
            onClick={() => { choose(name); }}
          >
            {name}
          </div>
        ))}
      </div>
      <div className="entries-note" role="status">{problem ?? note(found)}</div>
    </div>
  );
}

function note(found: SearchState["found"]): string {
  if (!found) return "Searching…";
  if (found.names.length === 0) return "Nothing matches. Type another part of the name.";
  return found.hasMore ? "There are more. Type a part of the name." : `${String(found.names.length)} found`;
}
