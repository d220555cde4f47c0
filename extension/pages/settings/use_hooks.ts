/**
 * The state of the service hooks on the page, and the secrets while they are needed.
 *
 * @packageDocumentation
 */
import { useState } from "react";

import type { Problem } from "../app/client";

import { apply, readRows } from "./hook_calls";
import type { Row, Secrets } from "./subscriptions";

const NONE: Secrets = { functionKey: "", password: "" };

/** What is known, what is being done, and what a person can do. */
export interface Hooks {
  readonly rows?: readonly Row[] | undefined;
  readonly problem?: Problem | undefined;
  readonly failed: ReadonlyMap<number, Problem>;
  readonly busy: "" | "checking" | "changing";
  readonly done: string;
  readonly secrets: Secrets;
  readonly type: (secrets: Partial<Secrets>) => void;
  readonly check: () => Promise<void>;
  readonly change: (indexes: readonly number[]) => Promise<void>;
}

interface State {
  readonly rows?: readonly Row[];
  readonly problem?: Problem;
  readonly failed: ReadonlyMap<number, Problem>;
  readonly busy: Hooks["busy"];
  readonly done: string;
}

const START: State = { failed: new Map(), busy: "", done: "" };

/** Keeps the secrets in memory until they were used, or nothing is left to do with them. */
export function useHooks(address: string, projectId: string): Hooks {
  const [secrets, setSecrets] = useState(NONE);
  const [state, setState] = useState(START);
  const check = async () => {
    setState({ ...START, busy: "checking" });
    const answer = await readRows(address, projectId, secrets.functionKey.trim());
    if ("value" in answer && isHealthy(answer.value)) setSecrets(NONE);
    setState("value" in answer ? { ...START, rows: answer.value } : { ...START, problem: answer.problem });
  };
  const change = async (indexes: readonly number[]) => {
    const { rows } = state;
    if (!rows) return;
    setState({ ...START, rows, busy: "changing" });
    const trimmed = { functionKey: secrets.functionKey.trim(), password: secrets.password };
    const { now, failed, done } = await apply(rows, indexes, projectId, trimmed);
    // Without the rows as they are now, nothing is offered to be created: they have to be checked first.
    if ("problem" in now) {
      setState({ ...START, problem: now.problem });
      return;
    }
    // After a failure they stay for the next attempt, so that they are typed once.
    if (failed.size === 0) setSecrets(NONE);
    setState({ ...START, rows: now.value, failed, done: failed.size === 0 ? doneText(done) : "" });
  };
  const type = (typed: Partial<Secrets>) => { setSecrets((before) => ({ ...before, ...typed })); };
  return { ...state, secrets, type, check, change };
}

function isHealthy(rows: readonly Row[]): boolean {
  return rows.every(({ health }) => health === "healthy");
}

function doneText(count: number): string {
  if (count === 0) return "Somebody else had created or repaired them already. The key and the password are cleared.";
  return `${count === 1 ? "1 subscription was" : `${String(count)} subscriptions were`} created or repaired. The key and the password are cleared.`;
}
