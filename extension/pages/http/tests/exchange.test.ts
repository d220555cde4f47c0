import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { exchange, MAX_ANSWER_MS, retryAfter, type Reply } from "../exchange";

const fetched = vi.fn<(url: string, init: RequestInit) => Promise<Response>>();
beforeEach(() => {
  fetched.mockReset();
  vi.stubGlobal("fetch", fetched);
});
afterEach(() => { vi.restoreAllMocks(); });

const send = (stop?: AbortSignal): Promise<Reply> => exchange("https://app.example.com/x", { method: "GET", headers: { A: "b" } }, stop);
const hang = (_url: string, { signal }: RequestInit): Promise<Response> =>
  new Promise((_, reject) => signal?.addEventListener("abort", () => { reject(new Error("aborted")); }));

describe("an exchange", () => {
  it("follows no redirection, sends no cookies, and keeps nothing", async () => {
    fetched.mockResolvedValue(new Response("{}"));
    await send();
    expect(fetched.mock.calls[0]![1]).toMatchObject({ redirect: "error", credentials: "omit", cache: "no-store", headers: { A: "b" } });
  });

  it.each([
    ["[]", { kind: "json", status: 200, json: [] }],
    ["null", { kind: "json", status: 200, json: null }],
    [" <html>Sign in</html>", { kind: "other", status: 200, isPage: true }],
    ["", { kind: "other", status: 200, isPage: false }],
    ['{"value": [', { kind: "other", status: 200, isPage: false }],
  ])("gives what came back: %j", async (body, reply) => {
    fetched.mockResolvedValue(new Response(body));
    expect(await send()).toMatchObject(reply);
  });

  it("tells silence from an answer that takes too long", async () => {
    fetched.mockRejectedValueOnce(new TypeError("Failed to fetch"));
    expect(await send()).toEqual({ kind: "none" });
    const limit = new AbortController();
    const timeout = vi.spyOn(AbortSignal, "timeout").mockReturnValue(limit.signal);
    fetched.mockImplementation(hang);
    const late = send();
    limit.abort();
    expect(await late).toEqual({ kind: "late" });
    expect(timeout).toHaveBeenCalledWith(MAX_ANSWER_MS);
  });

  it("ends early, with an exception, when it is stopped", async () => {
    fetched.mockImplementation(hang);
    const stop = new AbortController();
    const stopped = send(stop.signal);
    stop.abort();
    await expect(stopped).rejects.toThrow();
  });
});

it.each([["7", 7], ["0", undefined], ["soon", undefined], ["Thu, 01 Jan 1970 00:00:30 GMT", 29], ["Thu, 01 Jan 1970 00:00:00 GMT", undefined]] as const)(
  "reads Retry-After: %s", (given, seconds) => {
    expect(retryAfter(new Headers({ "Retry-After": given }), 1_000)).toBe(seconds);
  },
);
