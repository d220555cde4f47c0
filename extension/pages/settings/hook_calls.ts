/**
 * Reads, creates and repairs the project's subscriptions. Secrets are arguments, so nothing here keeps them.
 *
 * Creating can be repeated: what is there is read before anything is written, so a subscription whose creation was
 * answered by nobody is found by the next attempt instead of being created a second time.
 *
 * @packageDocumentation
 */
import type { HookSubscription } from "../../shared/openapi";
import { listWantedSubscriptions } from "../app/administration";
import type { Answer, Problem } from "../app/client";
import { asAzureDevOpsProblem } from "../azure_devops/client";
import {
  createSubscription, isRefusal, lastFailure, listSubscriptions, replaceSubscription, resourceVersions,
} from "../azure_devops/hooks";
import { toProblem } from "../parts/reasons";

import { compare, subscriptionBody, withoutQuery, type Row, type Secrets } from "./subscriptions";

/** Which permission is missing, and who or what can do it instead. */
export const NO_RIGHTS =
  "You need the permissions View subscriptions and Edit subscriptions of this project; by default project administrators " +
  "have them. Ask one of them, or create the subscriptions with the app's identity on the command line.";

/** What one attempt left: a problem by the index of its row, and the rows as they are now, or why they cannot be read. */
export interface Attempt {
  readonly now: Answer<readonly Row[]>;
  readonly failed: ReadonlyMap<number, Problem>;
  /** How many subscriptions were created or repaired. */
  readonly done: number;
}

/** Returns the subscriptions that the app needs and how they are. */
export async function readRows(address: string, projectId: string, functionKey: string): Promise<Answer<readonly Row[]>> {
  const wanted = await listWantedSubscriptions(address, functionKey);
  if ("problem" in wanted) return wanted;
  const broken = wanted.value.find(({ consumerInputs }) => !withoutQuery(consumerInputs.url));
  if (broken) return { problem: noAddress(broken) };
  return readWanted(wanted.value, projectId);
}

/** Creates or repairs the rows at *indexes* that still need it, one after the other, then reads all of them again. */
export async function apply(rows: readonly Row[], indexes: readonly number[], projectId: string, secrets: Secrets): Promise<Attempt> {
  const wanted = rows.map((row) => row.wanted);
  const before = await readWanted(wanted, projectId);
  if ("problem" in before) return { now: before, failed: new Map(), done: 0 };
  const due = indexes.filter((index) => before.value[index] && before.value[index].health !== "healthy");
  const { failed, done } = await write(before.value, due, projectId, secrets);
  const now = await readWanted(wanted, projectId);
  if ("problem" in now) return { now: { problem: unread(now.problem, done) }, failed, done };
  // A request without an answer may have arrived.
  const lacking = [...failed].filter(([index]) => now.value[index]?.health !== "healthy");
  return { now, failed: new Map(lacking), done: done + failed.size - lacking.length };
}

async function write(
  rows: readonly Row[],
  due: readonly number[],
  projectId: string,
  secrets: Secrets,
): Promise<Pick<Attempt, "failed" | "done">> {
  const versions = await supportedVersions();
  const failed = new Map<number, Problem>();
  let done = 0;
  for (const index of due) {
    const row = rows[index];
    const problem = row && (await writeRow(row, projectId, secrets, versions.get(row.wanted.eventType)));
    if (problem) failed.set(index, problem);
    else done += 1;
    if (problem && [401, 403].includes(problem.status)) break; // the others would be refused as well
  }
  return { failed, done };
}

async function writeRow(row: Row, projectId: string, secrets: Secrets, versions?: readonly string[]): Promise<Problem | undefined> {
  const body = subscriptionBody(row.wanted, projectId, secrets, versions);
  const [existing] = row.found;
  try {
    await (existing ? replaceSubscription(existing.id, body) : createSubscription(body));
    return undefined;
  } catch (thrown) {
    return withoutSecrets(hookProblem(thrown, `The subscription was not ${existing ? "repaired" : "created"}.`), secrets);
  }
}

async function readWanted(wanted: readonly HookSubscription[], projectId: string): Promise<Answer<readonly Row[]>> {
  try {
    return { value: await withFailures(compare(wanted, await listSubscriptions(), projectId)) };
  } catch (thrown) {
    return { problem: hookProblem(thrown, "The subscriptions could not be read.") };
  }
}

async function withFailures(rows: readonly Row[]): Promise<readonly Row[]> {
  return Promise.all(rows.map(async (row) => {
    const [first] = row.found;
    if (!first || row.health === "healthy") return row;
    try {
      return { ...row, failure: await lastFailure(first.id) };
    } catch {
      return row; // the state is known without the last failure
    }
  }));
}

/** Returns the supported versions by event type; empty when Azure DevOps does not say, then the app's version is used. */
async function supportedVersions(): Promise<ReadonlyMap<string, readonly string[]>> {
  try {
    return await resourceVersions();
  } catch {
    return new Map();
  }
}

function noAddress({ eventType }: HookSubscription): Problem {
  const message =
    `The app gave no address for the subscription to ${eventType}, so nothing can be compared or created. ` +
    "Check the function URL; if it is right, update the app.";
  return { status: 0, code: "hook_address", message };
}

function unread(problem: Problem, done: number): Problem {
  const made = done === 1 ? "1 subscription was created or repaired" : `${String(done)} subscriptions were created or repaired`;
  const message = `${made}, but how they are now is not known. ${problem.message} Check the subscriptions again before you create more.`;
  return { ...problem, message };
}

function hookProblem(thrown: unknown, failure: string): Problem {
  const problem = toProblem(thrown, failure);
  if (!isRefusal(thrown)) return problem;
  return { ...problem, code: "no_rights", message: `${failure} ${asAzureDevOpsProblem(thrown).reason} ${NO_RIGHTS}` };
}

// Azure DevOps may repeat an input that it refuses.
function withoutSecrets(problem: Problem, { functionKey, password }: Secrets): Problem {
  const secrets = [functionKey, encodeURIComponent(functionKey), password].filter(Boolean);
  const message = secrets.reduce((text, secret) => text.replaceAll(secret, "(secret)"), problem.message);
  return { ...problem, message };
}
