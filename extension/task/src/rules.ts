/**
 * How each outcome of a run ends the task.
 *
 * @packageDocumentation
 */
import * as tl from "azure-pipelines-task-lib/task";

import { OUTCOMES } from "../../shared/outcomes";

import { TaskFailure } from "./failure";

/** The outcomes with which the task succeeds, without or with issues; every other one fails it. */
export interface Rules {
  readonly pass: readonly string[];
  readonly warn: readonly string[];
}

/** Reads the inputs `passOn` and `warnOn`. Throws `TaskFailure` for a word that is no outcome. */
export function readRules(): Rules {
  return { pass: readList("passOn", "completed"), warn: readList("warnOn", "") };
}

function readList(input: string, byDefault: string): string[] {
  const words = (tl.getInput(input) ?? byDefault).split(/[\s,;]+/).filter(Boolean);
  const known: readonly string[] = OUTCOMES;
  if (words.some((word) => !known.includes(word))) {
    throw new TaskFailure(`${input} may name these outcomes: ${OUTCOMES.join(", ")}.`);
  }
  return words;
}

/** Returns the task's result for *outcome*; an outcome in both lists warns. */
export function resultOf(outcome: string, rules: Rules): tl.TaskResult {
  if (rules.warn.includes(outcome)) return tl.TaskResult.SucceededWithIssues;
  return rules.pass.includes(outcome) ? tl.TaskResult.Succeeded : tl.TaskResult.Failed;
}
