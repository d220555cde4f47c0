/**
 * Reads, creates and repairs the project's subscriptions. Secrets are arguments, so nothing here keeps them.
 *
 * @packageDocumentation
 */
import type { HookSubscription } from "../../shared/openapi";
import { listWantedSubscriptions } from "../app/administration";
import type { Answer, Problem } from "../app/client";
import {
  createSubscription, isRefusal, lastFailure, listSubscriptions, replaceSubscription, resourceVersions,
} from "../azure_devops/hooks";

import { toProblem } from "./resource";
import { compare, subscriptionBody, withoutQuery, type Row, type Secrets } from "./subscriptions";

/** Which permission is missing, and who or what can do it instead. */
export const NO_RIGHTS =
  "You need the permissions View subscriptions and Edit subscriptions of this project; by default project administrators " +
  "have them. Ask one of them, or create the subscriptions with the app's identity on the command line.";

/** What one attempt left: the rows as they are now, and a problem by the index of its row. */
export interface Attempt {
  readonly rows: readonly Row[];
  readonly failed: ReadonlyMap<number, Problem>;
}

/** Returns the subscriptions that the app needs and how they are. */
export async function readRows(address: string, projectId: string, functionKey: string): Promise<Answer<readonly Row[]>> {
  const wanted = await listWantedSubscriptions(address, functionKey);
  if ("problem" in wanted) return wanted;
  const broken = wanted.value.find(({ consumerInputs }) => !withoutQuery(consumerInputs.url));
  if (broken) return { problem: { status: 0, code: "address", message: `The app gave no address for ${broken.eventType}.` } };
  try {
    return { value: await withFailures(compare(wanted.value, await listSubscriptions(), projectId)) };
  } catch (thrown) {
    return { problem: hookProblem(thrown) };
  }
}

/** Creates or repairs the rows at *indexes*, one after the other, then reads all of them again. */
export async function apply(rows: readonly Row[], indexes: readonly number[], projectId: string, secrets: Secrets): Promise<Attempt> {
  const versions = await supportedVersions();
  const failed = new Map<number, Problem>();
  for (const index of indexes) {
    const row = rows[index];
    const problem = row && (await applyRow(row, projectId, secrets, versions.get(row.wanted.eventType)));
    if (problem) failed.set(index, problem);
    if (problem && [401, 403].includes(problem.status)) break; // the others would be refused as well
  }
  return { rows: await readAgain(rows, projectId), failed };
}

async function applyRow(row: Row, projectId: string, secrets: Secrets, versions?: readonly string[]): Promise<Problem | undefined> {
  const body = subscriptionBody(row.wanted, projectId, secrets, versions);
  const [existing] = row.found;
  try {
    await (existing ? replaceSubscription(existing.id, body) : createSubscription(body));
    return undefined;
  } catch (thrown) {
    return withoutSecrets(hookProblem(thrown), secrets);
  }
}

async function readAgain(rows: readonly Row[], projectId: string): Promise<readonly Row[]> {
  const wanted: readonly HookSubscription[] = rows.map((row) => row.wanted);
  try {
    return await withFailures(compare(wanted, await listSubscriptions(), projectId));
  } catch {
    return rows; // what was known before; the next check says why it cannot be read
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

function hookProblem(thrown: unknown): Problem {
  const problem = toProblem(thrown);
  return isRefusal(thrown) ? { ...problem, code: "no_rights", message: `${problem.message} ${NO_RIGHTS}` } : problem;
}

// Azure DevOps may repeat an input that it refuses.
function withoutSecrets(problem: Problem, { functionKey, password }: Secrets): Problem {
  const secrets = [functionKey, encodeURIComponent(functionKey), password].filter(Boolean);
  const message = secrets.reduce((text, secret) => text.replaceAll(secret, "(secret)"), problem.message);
  return { ...problem, message };
}
