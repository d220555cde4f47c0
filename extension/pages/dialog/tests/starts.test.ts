// @vitest-environment jsdom
import { describe, expect, it } from "vitest";

import { formOf } from "../form/form";
import { afterEvent, createStarter, newStarts, tallyOf, tallyText, type Launch, type StartEvent } from "../runs/starts";

const item = (id: number, isMissing = false) => ({ id, isMissing, title: "", type: "Bug", project: "Doors", areaPath: "", links: [] });
const FORM = formOf({}, {});

function world() {
  let starts = newStarts([item(1), item(2), item(3, true)]);
  const start = createStarter((event: StartEvent) => { starts = afterEvent(starts, event); });
  return { starts: () => starts, start: (launch: Launch) => start(starts, FORM, launch), emit: (event: StartEvent) => { starts = afterEvent(starts, event); } };
}

describe("starts", () => {
  it("go on after one that breaks, which can be tried again", async () => {
    const { starts, start } = world();
    const tried: number[] = [];
    await start(({ id }) => {
      tried.push(id);
      return id === 1 ? Promise.reject(new Error("The page is offline")) : Promise.resolve({ value: { runId: "run-2" } });
    });
    expect(starts().map(({ state }) => state)).toEqual(["failed", "started", "failed"]);
    expect(starts()[0]!.problem?.message).toBe("The run was not started. The page is offline.");
    await start(({ id }) => {
      tried.push(id);
      return Promise.resolve({ value: { runId: "run-1" } });
    });
    expect(tried).toEqual([1, 2, 1]);
    expect(tallyText(tallyOf(starts()))).toBe("2 of 3 started");
  });

  it("keep a followed run apart from one that was started here, also after its retry", () => {
    const { starts, emit } = world();
    emit({ type: "followed", id: 1, runId: "old" });
    emit({ type: "started", id: 2, launched: { runId: "new" } });
    for (const id of [1, 2]) emit({ type: "followed", id, runId: `retry-${String(id)}` });
    expect(starts().map(({ state }) => state)).toEqual(["followed", "started", "failed"]);
    emit({ type: "unfollowed", id: 1 });
    expect(tallyOf(starts())).toEqual({ started: 1, all: 3, left: 1, isStarting: false });
  });
});
