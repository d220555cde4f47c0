/**
 * The task's inputs as the body of `POST /api/runs`. The app checks the values; only their types are checked here.
 *
 * @packageDocumentation
 */
import * as tl from "azure-pipelines-task-lib/task";

import type { Budget, RunBody } from "../../shared/openapi";

import { TaskFailure } from "./failure";

/** The fields of the body, those of the budget behind a dot, and one that only later versions of the app accept. */
interface RequestFields extends Omit<RunBody, "budget">, BudgetFields {
  pullRequestId?: number | null;
}
type BudgetFields = { [F in keyof Budget as `budget.${F}`]: Budget[F] };
/** Returns the value of a text; undefined when it is none of the type, and null for the default of the app. */
type Reader<T> = (text: string) => T | null | undefined;
type Row<F extends keyof RequestFields> = readonly [input: string, field: F, read: Reader<NonNullable<RequestFields[F]>>];

const text: Reader<string> = (given) => given;
const wholeNumber: Reader<number> = (given) => (/^\d{1,15}$/.test(given) ? Number(given) : undefined);
const number: Reader<number> = (given) => (/^\d{1,15}(\.\d{1,6})?$/.test(given) ? Number(given) : undefined);
const flag: Reader<boolean> = (given) => ({ true: true, false: false })[given.toLowerCase()];
const choice: Reader<boolean> = (given) => ({ default: null, yes: true, no: false, true: true, false: false })[given.toLowerCase()];
const TYPES = new Map<unknown, string>([
  [wholeNumber, "must be a whole number"],
  [number, "must be a number"],
  [flag, "must be true or false"],
  [choice, "must be default, yes or no"],
]);

/** Each input that goes into the body: its name, its field, and its type. */
export const FIELDS: readonly { [F in keyof RequestFields]-?: Row<F> }[keyof RequestFields][] = [
  ["workItemId", "workItemId", wholeNumber],
  ["userPrompt", "userPrompt", text],
  ["pullRequestId", "pullRequestId", wholeNumber],
  ["project", "project", text],
  ["repository", "repository", text],
  ["agentType", "agentType", text],
  ["model", "model", text],
  ["containerImage", "containerImage", text],
  ["template", "template", text],
  ["systemPrompt", "systemPrompt", text],
  ["additionalContext", "additionalContext", text],
  ["createPullRequest", "createPullRequest", flag],
  ["draft", "draft", choice],
  ["targetBranch", "targetBranch", text],
  ["sourceBranch", "baseBranch", text],
  ["sourceBranchPrefix", "sourceBranchPrefix", text],
  ["budgetMinutes", "budget.minutes", number],
  ["budgetUsd", "budget.usd", number],
  ["budgetTokens", "budget.tokens", wholeNumber],
  ["budgetTurns", "budget.turns", wholeNumber],
];

/** Returns the body of the request; empty inputs are left out. Throws `TaskFailure` with every wrong input. */
export function readBody(): RunBody {
  const values = new Map<string, unknown>();
  const problems: string[] = [];
  for (const [input, field, read] of FIELDS) {
    const given = (tl.getInput(input) ?? whereThePipelineIs(input) ?? "").trim();
    const value = read(given);
    if (given && value === undefined) problems.push(`${input} ${TYPES.get(read) ?? "is not valid"}`);
    else if (given && value !== null) values.set(field, value);
  }
  if (problems.length > 0) throw new TaskFailure(`${problems.join("; ")}.`);
  return bodyOf([...values]);
}

/** Returns the pipeline's own project, and its repository if that is in Azure Repos. */
function whereThePipelineIs(input: string): string | undefined {
  if (input === "project") return tl.getVariable("System.TeamProject");
  const isOurs = input === "repository" && tl.getVariable("Build.Repository.Provider") === "TfsGit";
  return isOurs ? tl.getVariable("Build.Repository.Name") : undefined;
}

function bodyOf(values: readonly (readonly [field: string, value: unknown])[]): RunBody {
  const parts = values.filter(([field]) => field.startsWith("budget."));
  const budget = Object.fromEntries(parts.map(([field, value]) => [field.slice("budget.".length), value]));
  const body = Object.fromEntries(values.filter(([field]) => !field.startsWith("budget.")));
  return parts.length > 0 ? { ...body, budget } : body;
}

/** Says why `apiKey` has no effect, if a pipeline still gives it. */
export function explainApiKey(): void {
  const key = tl.getInput("apiKey");
  if (!key) return;
  tl.setSecret(key);
  tl.warning(
    "apiKey is not needed and was ignored: the app reads the agent's key from its own Key Vault. " +
      "Remove the input, and the secret from this pipeline.",
  );
}
