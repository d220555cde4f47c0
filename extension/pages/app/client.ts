/**
 * Requests to the app's `/api/boards` routes, with the extension's and the person's tokens.
 *
 * @packageDocumentation
 */
import type { ErrorContent } from "../../shared/openapi";
import { tokens } from "../host/session";

import { checkAddress } from "./address";

/** Longest time for one answer, in milliseconds. */
export const MAX_ANSWER_MS = 60_000;

/** A request: method, path behind `/api/boards`, and what else it needs. */
export interface Request {
  readonly method?: "GET" | "POST";
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
  readonly idempotencyKey?: string;
}

/** Why a request gave no result: a code for programs, a sentence for people, and its status (0: no answer). */
export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly details?: ErrorContent["details"];
}

/** A result or a problem. */
export type Answer<T> = { readonly value: T } | { readonly problem: Problem };

/** Sends *request* to the app at *address* and returns its answer; problems are values, never exceptions. */
export async function send<T>(address: string, request: Request, stop?: AbortSignal): Promise<Answer<T>> {
  const checked = checkAddress(address);
  if ("reason" in checked) return { problem: { status: 0, code: "address", message: checked.reason } };
  try {
    const response = await fetch(checked.origin + path(request), {
      method: request.method ?? "GET",
      headers: await headers(request),
      body: request.body === undefined ? null : JSON.stringify(request.body),
      redirect: "error", // the tokens are for this host alone
      credentials: "omit",
      signal: AbortSignal.any([AbortSignal.timeout(MAX_ANSWER_MS), ...(stop ? [stop] : [])]),
    });
    return await read<T>(response, checked.origin);
  } catch {
    stop?.throwIfAborted();
    return { problem: noAnswer(checked.origin) };
  }
}

function path(request: Request): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(request.query ?? {})) {
    if (value !== undefined) query.set(name, String(value));
  }
  const text = query.toString();
  return `/api/boards${request.path}${text ? `?${text}` : ""}`;
}

async function headers(request: Request): Promise<Record<string, string>> {
  const { app, user } = await tokens();
  return {
    Accept: "application/json",
    Authorization: `Bearer ${app}`,
    "X-Azure-DevOps-Token": user,
    ...(request.body === undefined ? {} : { "Content-Type": "application/json" }),
    ...(request.idempotencyKey === undefined ? {} : { "Idempotency-Key": request.idempotencyKey }),
  };
}

async function read<T>(response: Response, origin: string): Promise<Answer<T>> {
  const text = await response.text();
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { problem: notTheApp(response.status, origin) };
  }
  if (response.ok) return { value: json as T };
  const content = (json as { error?: ErrorContent }).error;
  return { problem: content ? { status: response.status, ...content } : notTheApp(response.status, origin) };
}

/** Returns the problem of an app that does not answer. */
export function noAnswer(origin: string): Problem {
  const message =
    `${origin} gives no answer to this page. Check that the app runs, and that its CORS setting allows ` +
    "this extension's origin; then try again.";
  return { status: 0, code: "no_answer", message };
}

/** Returns the problem of an answer that is not the app's. */
export function notTheApp(status: number, origin: string): Problem {
  const message =
    `${origin} answered with status ${String(status)} and no JSON, so it may not be Autocoder. ` +
    "Check the function URL in the project's settings.";
  return { status, code: "not_json", message };
}
