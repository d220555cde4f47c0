/**
 * Why the app refused a request, in the words of the task's inputs.
 *
 * @packageDocumentation
 */
import type { ErrorAnswer, ErrorContent, ErrorDetails, FieldProblem } from "../../shared/openapi";

import type { Answer } from "./app";
import { TaskFailure } from "./failure";
import { FIELDS } from "./inputs";
import { fieldsOf, textOf, type Fields } from "./run";

/** Returns the failure to report when the app refused to start a run. */
export function refusalOf(answer: Answer): TaskFailure {
  const error = fieldsOf<ErrorContent>(fieldsOf<ErrorAnswer>(answer.json).error);
  if (answer.status === 401) return new TaskFailure("The app does not accept the key (status 401); it needs a host key.");
  if (!textOf(error.code)) {
    return new TaskFailure("This URL does not lead to an Autocoder app.", answer.reason);
  }
  const details = fieldsOf<ErrorDetails>(error.details);
  const detail = problemsOf(details).join("; ") || textOf(error.message);
  const runId = textOf(details.runId);
  return new TaskFailure("The app refused to start a run.", runId ? `${detail} (run ${runId})` : detail);
}

function problemsOf(details: Fields<ErrorDetails>): string[] {
  const problems: readonly unknown[] = Array.isArray(details.problems) ? details.problems : [];
  return problems.map((one) => fieldsOf<FieldProblem>(one)).map((problem) => {
    const message = textOf(problem.message);
    const words = message.startsWith("unknown field") ? "not supported yet by this version of the app" : message;
    return `${inputOf(textOf(problem.field))}: ${words}`;
  });
}

function inputOf(field: string): string {
  return FIELDS.find(([, name]) => name === field)?.[0] ?? field;
}
