// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { RUN } from "../../app/answers";
import { followRun, MAX_UNKNOWN, type FollowOptions, type Followed } from "../follow";
import { HIDDEN_MS, MAX_PAUSE_MS, VISIBLE_MS, WAKE } from "../repeat";
import { MAX_PARTS } from "../whole_log";
import { ADDRESS, error, FakeApp, ok, record, setVisibility } from "./fake_app";

vi.mock("../../host/session", async () => (await import("./fake_host")).session);

let app: FakeApp;
let states: Followed[];
let stop: AbortController;
let ended: boolean;

beforeEach(() => {
  vi.useFakeTimers();
  app = new FakeApp();
  [states, stop, ended] = [[], new AbortController(), false];
  setVisibility("visible");
});
afterEach(() => {
  stop.abort();
  vi.useRealTimers();
});

function follow(options?: FollowOptions): void {
  const following = followRun(ADDRESS, "run-1", (state) => { states.push(state); }, stop.signal, options);
  void following.then(() => { ended = true; });
}
const wait = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
const asked = (): number => app.paths().filter((path) => path.endsWith("/run-1")).length;
const shown = (text: string): Followed["log"] => ({ blocks: [{ start: 0, text }], cutLength: 0 });
const latest = (): Followed => states.at(-1)!;

describe("following a run", () => {
  it("tells the record and the log, and ends with the run and its log", async () => {
    app.show(record());
    app.log("run-1", "0:01 said hello\n");
    follow();
    await wait(0);
    expect(latest()).toMatchObject({ record: { status: "running" }, log: shown("0:01 said hello\n"), over: false });
    app.show(record({ status: "completed", endedAt: "2026-01-05T10:09:00Z" }));
    app.log("run-1", "0:01 said hello\n", true);
    await wait(VISIBLE_MS);
    expect(latest()).toMatchObject({ record: { status: "completed" }, over: true });
    expect(ended).toBe(true);
    const before = app.sent.length;
    await wait(MAX_PAUSE_MS * 2);
    expect(app.sent.length).toBe(before);
  });

  it("reads a long log part by part without pauses", async () => {
    app.show(record());
    const parts = ["one\n", "two\n", "three\n", ""];
    let read = 0;
    app.on("GET /api/boards/runs/run-1/log", () => ok({ text: parts[read]!, nextOffset: Math.min((read += 1), 3), complete: false }));
    follow();
    await wait(0);
    expect(latest().log).toEqual(shown("one\ntwo\nthree\n"));
  });

  it("goes on after a pause with a log that never ends", async () => {
    app.show(record());
    let read = 0;
    app.on("GET /api/boards/runs/run-1/log", () => ok({ text: "more\n", nextOffset: (read += 5), complete: false }));
    follow();
    await wait(VISIBLE_MS - 1);
    expect(read).toBe(MAX_PARTS * 5);
    await wait(1);
    expect(read).toBe(MAX_PARTS * 10);
  });

  it("asks rarely while the page is hidden, and at once when it is shown again", async () => {
    app.show(record());
    app.log("run-1", "");
    setVisibility("hidden");
    follow();
    await wait(HIDDEN_MS - 1);
    expect(asked()).toBe(1);
    setVisibility("visible");
    await wait(0);
    expect(asked()).toBe(2);
    await wait(VISIBLE_MS);
    expect(asked()).toBe(3);
  });

  it("leaves the log out when told so", async () => {
    app.show(record({ status: "failed" }));
    follow({ withoutLog: true });
    await wait(0);
    expect(app.paths()).toEqual(["GET /api/boards/runs/run-1"]);
    expect(ended).toBe(true);
  });

  it.each([
    [401, "not_signed_in"], [403, "not_visible"], [404, "unknown_run"], [429, "queue_full"], [503, "not_configured"],
  ])("tells a problem %i and keeps what it knew", async (status, code) => {
    app.show(record());
    app.log("run-1", "hello\n");
    follow();
    await wait(0);
    app.on("GET /api/boards/runs/run-1", error(status, code, "No."));
    await wait(VISIBLE_MS);
    expect(latest()).toMatchObject({ record: { id: "run-1" }, log: shown("hello\n"), problem: { status, code, message: "No." } });
  });

  it.each(["no answer", "html"] as const)("asks again with growing pauses after %s, and never gives up", async (reply) => {
    app.on("GET /api/boards/runs/run-1", reply);
    follow();
    await wait(0);
    expect(latest().problem?.message).toContain(ADDRESS);
    const gaps = [];
    for (let last = 1, ms = 0; gaps.length < 8; ms += 1_000) {
      await wait(1_000);
      if (asked() > last) [last, ms] = [asked(), (gaps.push(ms + 1_000), -1_000)];
    }
    expect(gaps).toEqual([2, 4, 8, 16, 32, 60, 60, 60].map((seconds) => seconds * 1_000));
    app.show(record());
    app.log("run-1", "");
    await wait(MAX_PAUSE_MS);
    expect(latest().problem).toBeUndefined();
    expect(ended).toBe(false);
  });

  it("waits a moment for the record of a run that was just accepted", async () => {
    follow();
    await wait(VISIBLE_MS * (MAX_UNKNOWN - 1));
    expect(states).toEqual([]);
    await wait(VISIBLE_MS);
    expect(latest().problem?.code).toBe("unknown_run");
    app.show(record());
    app.log("run-1", "");
    await wait(VISIBLE_MS);
    expect(latest()).toMatchObject({ record: { id: "run-1" } });
  });

  it("keeps a problem with the log in view until the log is read", async () => {
    app.show(record());
    app.on("GET /api/boards/runs/run-1/log", error(500, "internal", "Broken."));
    follow();
    await wait(0);
    await wait(VISIBLE_MS);
    expect(states.slice(1).every((state) => state.problem?.code === "internal")).toBe(true);
    app.log("run-1", "hello\n");
    await wait(VISIBLE_MS * 2);
    expect(latest()).toEqual({ record: RUN(record()), log: shown("hello\n"), over: false });
  });

  it("asks at once when it is woken", async () => {
    const wake = new EventTarget();
    app.on("GET /api/boards/runs/run-1", "no answer");
    follow({ wake });
    await wait(0);
    wake.dispatchEvent(new Event(WAKE));
    await wait(0);
    expect(asked()).toBe(2);
  });

  it("stops in a pause and in a request", async () => {
    app.show(record());
    app.log("run-1", "");
    follow();
    await wait(0);
    stop.abort();
    await wait(MAX_PAUSE_MS);
    expect([asked(), ended, vi.getTimerCount()]).toEqual([1, true, 0]);
    stop = new AbortController();
    ended = false;
    app.on("GET /api/boards/runs/run-1", "never");
    const told = states.length;
    follow();
    await wait(0);
    stop.abort();
    await wait(0);
    expect([ended, states.length]).toEqual([true, told]);
  });
});
