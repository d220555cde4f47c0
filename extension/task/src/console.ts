/**
 * Printing text from outside, so that no line of it can act as a logging command.
 *
 * The agent of Azure Pipelines reads `##vso[` anywhere in a line as a command. The task library's filter breaks
 * such markers, but it keeps no state between two writes; so only whole lines are written, each with a first
 * character of ours, which also disarms `##[error]` and `##[group]`.
 *
 * @see https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands
 * @packageDocumentation
 */
import { stripVTControlCharacters } from "node:util";

import * as tl from "azure-pipelines-task-lib/task";

/** Characters of one printed line; what is longer is cut, and stays whole in the log file. */
export const MAX_LINE_LENGTH = 4_000;
const REMOTE = { source: "remote" } as const;
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** Returns *text* as one line without control, format and colour sequences, cut to `MAX_LINE_LENGTH`. */
export function oneLine(text: string): string {
  const line = stripVTControlCharacters(text).replace(INVISIBLE, " ").trimEnd();
  return line.length > MAX_LINE_LENGTH ? `${line.slice(0, MAX_LINE_LENGTH)} ... (cut)` : line;
}

/** Prints a line from outside. */
export function printForeign(line: string): void {
  tl.writeExternalOutput(`| ${oneLine(line)}\n`, REMOTE);
}

/** Prints a line of ours that may contain words from outside. */
export function print(line: string): void {
  tl.writeExternalOutput(`${oneLine(line)}\n`, REMOTE);
}

/** Reports *text* from outside as an issue of the pipeline's run. */
export function reportIssue(kind: "error" | "warning", text: string): void {
  const report = kind === "error" ? tl.errorExternalOutput : tl.warningExternalOutput;
  report(oneLine(text), REMOTE);
}
