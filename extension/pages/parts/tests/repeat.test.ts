// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { HIDDEN_MS, MAX_PAUSE_MS, repeat, stepAfter, VISIBLE_MS, WAKE, type Step } from "../repeat";
import { MIN_SPACING_MS } from "../slots";

import { setVisibility } from "./fake_app";

let stop: AbortController;
let wake: EventTarget;

beforeEach(() => {
  vi.useFakeTimers();
  [stop, wake] = [new AbortController(), new EventTarget()];
  setVisibility("visible");
});
afterEach(async () => {
  stop.abort();
  await vi.advanceTimersByTimeAsync(0);
  vi.useRealTimers();
});

const wait = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
const follow = (step: Step = "more") => {
  const ask = vi.fn(() => Promise.resolve(step));
  void repeat(ask, stop.signal, { wake });
  return ask;
};

describe("what happens while a question is under way", () => {
  it.each([
    ["a wake", () => { wake.dispatchEvent(new Event(WAKE)); }],
    ["a network that returns", () => { window.dispatchEvent(new Event("online")); }],
    ["a page that becomes visible", () => { setVisibility("visible"); }],
  ])("%s makes the next one follow at once, and only once", async (_name, happen) => {
    const answers: ((step: Step) => void)[] = [];
    const ask = vi.fn(() => new Promise<Step>((resolve) => { answers.push(resolve); }));
    void repeat(ask, stop.signal, { wake });
    await wait(0);
    happen();
    answers[0]!("more");
    await wait(0);
    expect(ask).toHaveBeenCalledTimes(2);
    answers[1]!("more");
    await wait(VISIBLE_MS - 1);
    expect(ask).toHaveBeenCalledTimes(2);
    await wait(1);
    expect(ask).toHaveBeenCalledTimes(3);
  });

  it("a stop ends it without a further question", async () => {
    const answers: ((step: Step) => void)[] = [];
    const ask = vi.fn(() => new Promise<Step>((resolve) => { answers.push(resolve); }));
    void repeat(ask, stop.signal);
    stop.abort();
    answers[0]!("more");
    await wait(MAX_PAUSE_MS);
    expect(ask).toHaveBeenCalledTimes(1);
  });
});

describe("the pace of a page", () => {
  const count = (asks: readonly { readonly mock: { readonly calls: readonly unknown[] } }[]): number =>
    asks.reduce((sum, { mock }) => sum + mock.calls.length, 0);

  it.each([2, 20, 100])("does not grow with the number of things that are followed: %i", async (things) => {
    const asks = Array.from({ length: things }, () => follow());
    await wait(0);
    expect(count(asks)).toBe(things); // each is shown without delay
    await wait(60_000);
    expect(count(asks) - things).toBeLessThanOrEqual(60_000 / MIN_SPACING_MS);
    expect(asks.every(({ mock }) => things > 50 || mock.calls.length > 1)).toBe(true);
  });

  it("is given back by what has ended", async () => {
    for (let thing = 0; thing < 20; thing += 1) follow();
    await wait(0);
    stop.abort();
    await wait(0);
    stop = new AbortController();
    const ask = follow();
    await wait(VISIBLE_MS * 3);
    expect(ask).toHaveBeenCalledTimes(4);
  });

  it("is slow for a hidden page", async () => {
    setVisibility("hidden");
    const ask = follow();
    await wait(HIDDEN_MS);
    expect(ask).toHaveBeenCalledTimes(2);
  });

  it("is as slow as an answer asks for", async () => {
    const ask = follow(stepAfter({ status: 429, code: "", message: "", retryAfterSeconds: 90 }));
    await wait(89_999);
    expect(ask).toHaveBeenCalledTimes(1);
    await wait(1);
    expect(ask).toHaveBeenCalledTimes(2);
    expect(stepAfter({ status: 500, code: "", message: "" })).toBe("problem");
  });
});
