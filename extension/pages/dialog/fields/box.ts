/**
 * The state of a combobox: whether its list is open, what is typed, and whether a choice waits for the search.
 *
 * @packageDocumentation
 */
import { useState } from "react";

import type { SearchState } from "./search";

interface BoxState {
  readonly isOpen: boolean;
  readonly typed: string | undefined;
  readonly active: number;
  /** Whether Enter was pressed before the answer to what is typed was there. */
  readonly isTaking: boolean;
}

/** The state of a combobox, and what can happen to it. */
export interface Box extends BoxState {
  readonly open: () => void;
  readonly close: () => void;
  readonly type: (text: string) => void;
  readonly move: (to: number) => void;
  readonly choose: (name: string) => void;
  /** Chooses *name*; without one, the first entry as soon as what is typed has been searched. */
  readonly take: (name: string | undefined) => void;
  /** The person leaves the field: what is typed counts as it is, and the form says when it is no entry. */
  readonly leave: () => void;
  /** Makes the choice that waits for the answer *state*. */
  readonly settle: (state: SearchState) => void;
}

const CLOSED: BoxState = { isOpen: false, typed: undefined, active: -1, isTaking: false };

/** Returns the combobox for *value*. */
export function useBox(value: string, onChange: (value: string) => void): Box {
  const [state, setState] = useState(CLOSED);
  const change = (news: Partial<BoxState>) => { setState((present) => ({ ...present, ...news })); };
  const close = () => { setState(CLOSED); };
  const choose = (name: string) => {
    close();
    if (name !== value) onChange(name);
  };
  return {
    ...state,
    close,
    choose,
    open: () => { change({ isOpen: true }); },
    type: (text) => { setState({ isOpen: true, typed: text, active: text ? 0 : -1, isTaking: false }); },
    move: (active) => { change({ active }); },
    take: (name) => {
      if (name !== undefined) choose(name);
      else if (state.typed) change({ isTaking: true });
    },
    leave: () => { choose(state.typed?.trim() || value); },
    settle: ({ found, problem }) => {
      if (!state.isTaking || (!found && problem === undefined)) return;
      const [first] = found?.names ?? [];
      if (first === undefined) change({ isTaking: false });
      else choose(first);
    },
  };
}
