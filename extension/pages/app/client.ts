/**
 * Requests to the app: with the extension's and the person's tokens, or with a function key that an administrator
 * typed. The key goes into one header, and is kept nowhere.
 *
 * @packageDocumentation
 */
import type { ErrorContent } from "../../shared/openapi";
import { tokens } from "../host/session";
import { exchange, retryAfter, type Message, type Reply } from "../http/exchange";
import { ShapeError, type Shape } from "../http/shape";

import { checkAddress } from "./address";
import { ERROR } from "./answers";
import { lateAnswer, noAnswer, noTokens, notTheApp, otherShape, wrongKey } from "./silence";

/** A request: method, path, the shape of its result, and what else it needs. */
export interface Request<T> {
  readonly method?: "GET" | "POST";
  readonly path: string;
  readonly shape: Shape<T>;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
  readonly idempotencyKey?: string;
  /** Goes in place of the tokens. */
  readonly functionKey?: string;
  /** A status outside 200 to 299 that carries a result too. */
  readonly resultStatus?: number;
}

/** Why a request gave no result: a code for programs, a sentence for people, and its status (0: no answer). */
export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly details?: Partial<ErrorContent["details"]>;
  /** How long to wait before the next request, when the answer said so. */
  readonly retryAfterSeconds?: number;
}

/** A result or a problem. */
export type Answer<T> = { readonly value: T } | { readonly problem: Problem };

/** Sends *request* to the app at *address* and returns its answer; problems are values. Throws only when *stop* fires. */
export async function send<T>(address: string, request: Request<T>, stop?: AbortSignal): Promise<Answer<T>> {
  const checked = checkAddress(address);
  if ("reason" in checked) return { problem: { status: 0, code: "address", message: checked.reason } };
  const headers = await headersOf(request);
  if (!headers) return { problem: noTokens() };
  const message: Message = { method: request.method ?? "GET", headers, body: request.body };
  return read(await exchange(checked.origin + pathOf(request), message, stop), request, checked.origin);
}

function pathOf<T>({ path, query = {} }: Request<T>): string {
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  const text = new URLSearchParams(given).toString();
  return text ? `${path}?${text}` : path;
}

/** Returns the headers; undefined when the host gives no tokens. */
async function headersOf<T>({ functionKey, idempotencyKey }: Request<T>): Promise<Record<string, string> | undefined> {
  if (functionKey !== undefined) return { "x-functions-key": functionKey };
  try {
    const { app, user } = await tokens();
    const repeatable = idempotencyKey === undefined ? {} : { "Idempotency-Key": idempotencyKey };
    return { Authorization: `Bearer ${app}`, "X-Azure-DevOps-Token": user, ...repeatable };
  } catch {
    return undefined;
  }
}

function read<T>(reply: Reply, request: Request<T>, origin: string): Answer<T> {
  if (reply.kind === "none") return { problem: noAnswer(origin) };
  if (reply.kind === "late") return { problem: lateAnswer(origin) };
  if (reply.status === 401 && request.functionKey !== undefined) return { problem: wrongKey(origin) };
  if (reply.kind === "other") return { problem: notTheApp(reply.status, origin, reply.isPage) };
  if (isSuccess(reply.status) || reply.status === request.resultStatus) {
    const result = resultOf(reply.json, request.shape, origin);
    if ("value" in result || isSuccess(reply.status)) return result;
  }
  return { problem: refusal(reply, origin) };
}

function resultOf<T>(json: unknown, shape: Shape<T>, origin: string): Answer<T> {
  try {
    return { value: shape(json) };
  } catch (thrown) {
    if (!(thrown instanceof ShapeError)) throw thrown;
    return { problem: otherShape(origin, thrown.message) };
  }
}

function refusal({ status, json, headers }: Extract<Reply, { kind: "json" }>, origin: string): Problem {
  try {
    const { error } = ERROR(json);
    const retryAfterSeconds = retryAfter(headers);
    return { status, ...error, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) };
  } catch {
    return notTheApp(status, origin, false);
  }
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}
