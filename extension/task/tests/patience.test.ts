import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { Answer } from "../src/app";
import { isFromTheApp, isSettled, untilFinal } from "../src/patience";
import { printed, reset } from "./library";

vi.mock("azure-pipelines-task-lib/task", async () => (await import("./library")).library);
beforeEach(() => {
  reset();
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const AWAY: Answer = { status: 0, reason: "ECONNREFUSED" };
const OK: Answer = { status: 200, json: {}, reason: "" };
const never = new AbortController().signal;

describe("an app that is away", () => {
  it("is waited for", async () => {
    const answers = [AWAY, { status: 503, reason: "busy", retryAfterSeconds: 40 }, OK];
    const found = untilFinal(() => Promise.resolve(answers.shift()!), isSettled, never);
    await vi.advanceTimersByTimeAsync(41_000);
    expect(await found).toBe(OK);
    expect(printed.join("")).toMatch(/Waiting for the app.*ECONNREFUSED[^]*answers again/);
  });

  it("is given up after 15 minutes", async () => {
    const found = untilFinal(() => Promise.resolve(AWAY), isSettled, never);
    const outcome = expect(found).rejects.toThrow("did not answer for 15 minutes");
    await vi.advanceTimersByTimeAsync(16 * 60_000);
    await outcome;
  });

  it("is not waited for once the job is cancelled", async () => {
    const stop = new AbortController();
    const found = untilFinal(() => Promise.resolve(AWAY), isSettled, stop.signal);
    const outcome = expect(found).rejects.toThrow("cancelled");
    await vi.advanceTimersByTimeAsync(500);
    stop.abort(new Error("cancelled"));
    await outcome;
  });
});

it("an answer in HTML is the platform's, not the app's, and only its 401 is final", () => {
  expect([200, 403, 404, 401].map((status) => isFromTheApp({ status, reason: "" }))).toEqual([
    false,
    false,
    false,
    true,
  ]);
  expect(isFromTheApp({ status: 404, json: {}, reason: "" })).toBe(true);
});
