import { vi } from "vitest";

import type { LogPart, RunRecord } from "../../../shared/openapi";

export const ADDRESS = "https://app.example.com";

export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly key: string | undefined;
  readonly signal: AbortSignal | undefined;
}

type Content = { readonly status: number; readonly headers?: Record<string, string> } & ({ readonly body: unknown } | { readonly text: string });
type Reply = Content | "no answer" | "html" | "never";

/** Stands in for the app and Azure DevOps: a reply for each path, and what was sent. */
export class FakeApp {
  readonly sent: Sent[] = [];
  private readonly replies = new Map<string, (url: URL) => Reply>();

  constructor() {
    vi.stubGlobal("__FUNCTION_HOSTS__", ["app.example.com"]);
    vi.stubGlobal("fetch", (url: string, init: RequestInit) => this.answer(url, init));
  }

  on(request: string, reply: Reply | ((url: URL) => Reply)): void {
    this.replies.set(request, typeof reply === "function" ? reply : () => reply);
  }

  show(run: RunRecord): void {
    this.on(`GET /api/boards/runs/${run.id}`, ok(run));
  }

  log(id: string, text: string, complete = false): void {
    const size = new TextEncoder().encode(text).length;
    this.on(`GET /api/boards/runs/${id}/log`, () => {
      const offset = Number(new URL(this.urls.at(-1)!).searchParams.get("offset"));
      const part: LogPart = { text: offset === 0 ? text : "", nextOffset: size, complete };
      return ok(part);
    });
  }

  paths(): string[] {
    return this.sent.map(({ method, path }) => `${method} ${path}`);
  }

  private readonly urls: string[] = [];

  private async answer(url: string, init: RequestInit): Promise<Response> {
    const { pathname } = new URL(url);
    const headers = init.headers as Record<string, string>;
    const method = init.method ?? "GET";
    this.urls.push(url);
    this.sent.push({ method, path: pathname, key: headers["Idempotency-Key"], signal: init.signal ?? undefined });
    const reply = this.replies.get(`${method} ${pathname}`)?.(new URL(url)) ?? error(404, "unknown_run", "There is no such run.");
    if (reply === "never") {
      return new Promise((_, reject) => init.signal?.addEventListener("abort", () => { reject(new Error("aborted")); }));
    }
    if (reply === "no answer") throw new TypeError("Failed to fetch");
    if (reply === "html") return new Response("<html>busy</html>", { status: 503 });
    return new Response("text" in reply ? reply.text : JSON.stringify(reply.body), { status: reply.status, headers: reply.headers ?? {} });
  }
}

export function ok(body: unknown, status = 200): Content {
  return { status, body };
}

export function error(status: number, code: string, message: string): Content {
  return { status, body: { error: { code, message, details: { id: "", problems: [], runId: null } } } };
}

/** Returns a run's record as the app sends it: without the fields that have their default. */
export function record(changes: Partial<RunRecord> = {}): RunRecord {
  return {
    id: "run-1", status: "running", title: "Fix the door", workItemId: 7, organization: "fabrikam",
    project: "Doors", repository: "web", agentType: "some-agent", model: "some-model", requestedBy: "Ann", source: "boards",
    queuedAt: "2026-01-05T10:00:00Z", startedAt: "2026-01-05T10:00:05Z",
    phases: { queued: "2026-01-05T10:00:00Z", preparing: "2026-01-05T10:00:05Z", running: "2026-01-05T10:01:00Z" },
    usage: { inputTokens: 16_723, cachedTokens: 200_613, outputTokens: 1_058, turns: 3, costUsd: 0.0641 },
    ...changes,
  };
}

/** What is called when the box of an element changes; jsdom has no boxes. */
export const boxChanges: (() => void)[] = [];

/** Stands in for the browser's observer of boxes. */
export class FakeResizeObserver {
  constructor(private readonly onChange: () => void) {}

  observe(): void {
    boxChanges.push(this.onChange);
  }

  disconnect(): void {
    boxChanges.splice(boxChanges.indexOf(this.onChange), 1);
  }
}

/** Makes the page visible or hidden. */
export function setVisibility(state: "visible" | "hidden"): void {
  Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}
