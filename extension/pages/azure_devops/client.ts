/**
 * Reads from Azure DevOps with the person's own rights.
 *
 * @see https://learn.microsoft.com/rest/api/azure/devops
 * @packageDocumentation
 */
import { organizationUrl } from "../host/services";
import { tokens } from "../host/session";

/** A request to Azure DevOps that gave no result; the message says why and what to do. */
export class AzureDevOpsProblem extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
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
  readonly stop?: AbortSignal;
}

/**
 * Sends a request to *path* behind the organisation's address and returns the JSON answer.
 * Throws `AzureDevOpsProblem` when there is none.
 */
export async function request<T>(path: string, init: Init = {}): Promise<Page<T>> {
  const response = await answer(path, init);
  if (!response.ok) throw new AzureDevOpsProblem(response.status, await reason(response));
  return { value: (await response.json()) as T, continuation: response.headers.get("x-ms-continuationtoken") ?? "" };
}

async function answer(path: string, init: Init): Promise<Response> {
  const url = (await organizationUrl()) + path;
  const { user } = await tokens();
  const headers = {
    Accept: "application/json",
    Authorization: `Bearer ${user}`,
    "X-TFS-FedAuthRedirect": "Suppress", // a status instead of a page to sign in
    ...(init.body === undefined ? {} : { "Content-Type": "application/json" }),
  };
  try {
    const body = init.body === undefined ? null : JSON.stringify(init.body);
    return await fetch(url, { method: init.method ?? "GET", headers, body, signal: init.stop ?? null });
  } catch {
    init.stop?.throwIfAborted();
    // A call that the token does not cover is answered without CORS headers, which a page sees as no answer.
    throw new AzureDevOpsProblem(
      0,
      "Azure DevOps gave no answer. If it happens again, an administrator has to approve the extension's " +
        "permissions (Organization settings, Extensions).",
    );
  }
}

async function reason(response: Response): Promise<string> {
  try {
    const { message } = (await response.json()) as { message?: string };
    if (message) return message;
  } catch {
    // The answer is no JSON; its status says enough.
  }
  return `Azure DevOps answered with status ${String(response.status)}.`;
}
