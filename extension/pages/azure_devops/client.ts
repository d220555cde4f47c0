/**
 * Reads from Azure DevOps with the person's own rights.
 *
 * @see https://learn.microsoft.com/rest/api/azure/devops
 * @packageDocumentation
 */
import { organizationUrl } from "../host/services";
import { tokens } from "../host/session";
import { exchange, retryAfter, type Reply } from "../http/exchange";
import { record, ShapeError, text, type Shape } from "../http/shape";

import { explain, foreign, NO_SESSION, silence, type Explanation } from "./refusals";

/** A request to Azure DevOps that gave no result; the message says why and what to do. */
export class AzureDevOpsProblem extends Error {
  /** Why there is no result. */
  readonly reason: string;
  /** What to do about it; empty when nothing is known. */
  readonly next: string;

  constructor(
    readonly status: number,
    explanation: Explanation | string,
    readonly retryAfterSeconds?: number,
  ) {
    const { reason, next } = typeof explanation === "string" ? { reason: explanation, next: "" } : explanation;
    super([reason, next].filter(Boolean).join(" "));
    this.reason = reason;
    this.next = next;
  }
}

/** Returns what Azure DevOps or the page's host threw as a problem; the host sends an object in place of an error. */
export function asAzureDevOpsProblem(thrown: unknown): AzureDevOpsProblem {
  if (thrown instanceof AzureDevOpsProblem) return thrown;
  const { status, message } = Object(thrown) as { readonly status?: unknown; readonly message?: unknown };
  const said = typeof message === "string" ? message.trim() : "";
  if (typeof status === "number" && status >= 400) return new AzureDevOpsProblem(status, explain({ status, said }));
  return new AzureDevOpsProblem(0, said || "Azure DevOps gave no reason.");
}

/** A page of an answer, and the token of the next one. */
export interface Page<T> {
  readonly value: T;
  readonly continuation: string;
}

/** A request beyond its path, and the signal that ends it early. */
export interface Init {
  readonly method?: string;
  readonly body?: unknown;
  readonly stop?: AbortSignal | undefined;
}

/**
 * Sends a request to *path* behind the organisation's address and returns the answer, which must have *shape*.
 * Throws `AzureDevOpsProblem` when there is none.
 */
export async function request<T>(path: string, shape: Shape<T>, { method = "GET", body, stop }: Init = {}): Promise<Page<T>> {
  const { url, user } = await session();
  // A status instead of a page to sign in.
  const headers = { Authorization: `Bearer ${user}`, "X-TFS-FedAuthRedirect": "Suppress" };
  return read(await exchange(url + path, { method, headers, body }, stop), shape);
}

/** Returns the organisation's address and the person's token. Throws `AzureDevOpsProblem` when the host gives none. */
async function session(): Promise<{ readonly url: string; readonly user: string }> {
  try {
    const [url, { user }] = await Promise.all([organizationUrl(), tokens()]);
    return { url, user };
  } catch {
    throw new AzureDevOpsProblem(0, NO_SESSION);
  }
}

function read<T>(reply: Reply, shape: Shape<T>): Page<T> {
  if (reply.kind === "none" || reply.kind === "late") throw new AzureDevOpsProblem(0, silence(reply.kind === "late"));
  const { status, headers } = reply;
  if (status < 200 || status > 299) throw refused(reply);
  if (reply.kind === "other") throw new AzureDevOpsProblem(status, foreign(status, ""));
  try {
    return { value: shape(reply.json), continuation: headers.get("x-ms-continuationtoken") ?? "" };
  } catch (thrown) {
    throw thrown instanceof ShapeError ? new AzureDevOpsProblem(status, foreign(status, thrown.message)) : thrown;
  }
}

const ERROR = record<{ readonly message?: string }>({}, { message: text });

function refused(reply: Exclude<Reply, { kind: "none" | "late" }>): AzureDevOpsProblem {
  const { status } = reply;
  const retryAfterSeconds = retryAfter(reply.headers);
  return new AzureDevOpsProblem(status, explain({ status, said: said(reply), retryAfterSeconds }), retryAfterSeconds);
}

/** Returns what Azure DevOps says; empty when it says nothing in its own form, and the status says enough. */
function said(reply: Exclude<Reply, { kind: "none" | "late" }>): string {
  try {
    return reply.kind === "json" ? (ERROR(reply.json).message ?? "") : "";
  } catch {
    return "";
  }
}
