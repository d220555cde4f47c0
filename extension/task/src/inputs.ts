/**
 * The task's inputs as the body of `POST /api/runs`. The app checks the values; only their types are checked here.
 *
 * @packageDocumentation
 */
import * as tl from "azure-pipelines-task-lib/task";

import { TaskFailure } from "./failure";

/** The JSON body of `POST /api/runs`. */
export type RunBody = Record<string, unknown>;
type Read = (text: string) => unknown;

const text: Read = (given) => given;
const wholeNumber: Read = (given) => (/^\d{1,15}$/.test(given) ? Number(given) : undefined);
const number: Read = (given) => (/^\d{1,15}(\.\d{1,6})?$/.test(given) ? Number(given) : undefined);
const flag: Read = (given) => ({ true: true, false: false })[given.toLowerCase()];
const TYPES = new Map<Read, string>([
  [wholeNumber, "must be a whole number"],
  [number, "must be a number"],
  [flag, "must be true or false"],
]);

/** Each input that goes into the body: its name, its field (`a.b` is inside `a`), and its type. */
export const FIELDS: readonly (readonly [input: string, field: string, read: Read])[] = [
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
  const body: RunBody = {};
  const problems: string[] = [];
  for (const [input, field, read] of FIELDS) {
    const given = (tl.getInput(input) ?? whereThePipelineIs(input) ?? "").trim();
    const value = read(given);
    if (given && value === undefined) problems.push(`${input} ${TYPES.get(read) ?? "is not valid"}`);
    else if (given) put(body, field, value);
  }
  if (problems.length > 0) throw new TaskFailure(`${problems.join("; ")}.`);
  return body;
}

/** Returns the pipeline's own project, and its repository if that is in Azure Repos. */
function whereThePipelineIs(input: string): string | undefined {
  if (input === "project") return tl.getVariable("System.TeamProject");
  const isOurs = input === "repository" && tl.getVariable("Build.Repository.Provider") === "TfsGit";
  return isOurs ? tl.getVariable("Build.Repository.Name") : undefined;
}

function put(body: RunBody, field: string, value: unknown): void {
  const [name = "", part] = field.split(".");
  body[name] = part === undefined ? value : { ...(body[name] as RunBody | undefined), [part]: value };
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
