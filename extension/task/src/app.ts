/**
 * One request to the app, with a host key: a function key opens one route, and the task calls four.
 *
 * @see https://learn.microsoft.com/azure/azure-functions/function-keys-how-to
 * @packageDocumentation
 */
import type { Connection } from "./connection";

/** Longest time for one answer, in milliseconds: a start may wait for another process for some seconds. */
export const MAX_ANSWER_MS = 30_000;

/** A request: method, path behind the app's URL, and what else it needs. */
export interface Request {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: unknown;
  readonly idempotencyKey?: string;
}

/** An answer: the status (0 without one), the JSON body if it is JSON, and why there is no answer. */
export interface Answer {
  readonly status: number;
  readonly json?: unknown;
  readonly reason: string;
  readonly retryAfterSeconds?: number;
}

/** Sends *request* once and returns the answer; no answer is an answer with status 0. Throws when *stop* fires. */
export async function send(app: Connection, request: Request, stop: AbortSignal): Promise<Answer> {
  try {
    const response = await fetch(app.url + request.path, {
      method: request.method,
      headers: headers(app, request),
      body: request.body === undefined ? null : JSON.stringify(request.body),
      redirect: "manual", // the key is for this host alone
      signal: AbortSignal.any([stop, AbortSignal.timeout(MAX_ANSWER_MS)]),
    });
    return await readAnswer(response);
  } catch (error) {
    stop.throwIfAborted();
    return { status: 0, reason: whyNoAnswer(error) };
  }
}

function headers(app: Connection, request: Request): Record<string, string> {
  return {
    accept: "application/json",
    "x-functions-key": app.key,
    ...(request.body === undefined ? {} : { "content-type": "application/json" }),
    ...(request.idempotencyKey === undefined ? {} : { "idempotency-key": request.idempotencyKey }),
  };
}

async function readAnswer(response: Response): Promise<Answer> {
  const content = await response.text();
  const retryAfter = Number(response.headers.get("retry-after") ?? "");
  return {
    status: response.status,
    ...(isJson(response) ? { json: parsed(content) } : {}),
    reason: `it answered with status ${String(response.status)}`,
    ...(retryAfter > 0 ? { retryAfterSeconds: retryAfter } : {}),
  };
}

function isJson(response: Response): boolean {
  return (response.headers.get("content-type") ?? "").startsWith("application/json");
}

function parsed(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}

function whyNoAnswer(error: unknown): string {
  if (!(error instanceof Error)) return "the request failed";
  const cause = error.cause as { code?: string } | undefined;
  return error.name === "TimeoutError" ? "it did not answer in time" : (cause?.code ?? error.message);
}
