/**
 * One request and its answer as JSON. Every request of the pages goes through here, so each of them has a time limit,
 * follows no redirection with a token, and carries no cookies.
 *
 * @see https://fetch.spec.whatwg.org/
 * @packageDocumentation
 */

/** Longest time for one answer, in milliseconds. */
export const MAX_ANSWER_MS = 60_000;

/** What is sent. */
export interface Message {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
}

/** What came back: JSON, something else, or nothing. */
export type Reply =
  | { readonly kind: "json"; readonly status: number; readonly headers: Headers; readonly json: unknown }
  | { readonly kind: "other"; readonly status: number; readonly headers: Headers; readonly isPage: boolean }
  | { readonly kind: "late" }
  | { readonly kind: "none" };

/** Sends *message* to *url*. Throws only when *stop* fires. */
export async function exchange(url: string, message: Message, stop?: AbortSignal): Promise<Reply> {
  const limit = AbortSignal.timeout(MAX_ANSWER_MS);
  try {
    const response = await fetch(url, { ...init(message), signal: AbortSignal.any([limit, ...(stop ? [stop] : [])]) });
    return read(response.status, response.headers, await response.text());
  } catch {
    stop?.throwIfAborted();
    return { kind: limit.aborted ? "late" : "none" };
  }
}

/** Returns the seconds of the header `Retry-After`; undefined without it or with a date in the past. */
export function retryAfter(headers: Headers, now = Date.now()): number | undefined {
  const given = headers.get("retry-after") ?? "";
  const seconds = /^\d{1,9}$/.test(given) ? Number(given) : Math.ceil((Date.parse(given) - now) / 1_000);
  return seconds > 0 ? seconds : undefined;
}

function init({ method, headers, body }: Message): RequestInit {
  return {
    method,
    headers: { Accept: "application/json", ...(body === undefined ? {} : { "Content-Type": "application/json" }), ...headers },
    body: body === undefined ? null : JSON.stringify(body),
    redirect: "error", // tokens and keys are for this host alone
    credentials: "omit",
    cache: "no-store",
  };
}

function read(status: number, headers: Headers, text: string): Reply {
  try {
    return { kind: "json", status, headers, json: JSON.parse(text) };
  } catch {
    return { kind: "other", status, headers, isPage: /^\s*</.test(text) };
  }
}
