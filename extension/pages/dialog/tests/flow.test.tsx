// @vitest-environment jsdom
import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";

import { button, canStart, field, fill, isOff, later, open, START } from "./person";
import { current, error, item, ok } from "./world";

vi.mock("../../host/session", async () => (await import("./world")).session);
vi.mock("../../host/services", async () => (await import("./world")).services);
vi.mock("../../parts/RunView", () => ({ RunView: ({ run }: { run: string }) => <p>Following {run}</p> }));

const DRAFT = "drafts/item-p-7";
const accepted = (id: string) => ({ status: 202, body: { id } });

describe("leaving while several items are started", () => {
  beforeEach(() => {
    current.world.items = [item(1, "One"), item(2, "Two"), item(3, "Three")];
  });

  /** Starts two of three, and leaves the third on its way. */
  async function startTwo() {
    const { world } = current;
    const { reply, answer } = later();
    world.on(START, ({ body }) => {
      const { workItemId } = body as { workItemId: number };
      return workItemId === 3 ? reply : accepted(`run-${String(workItemId)}`);
    });
    open([1, 2, 3]);
    await fill();
    await userEvent.click(await button("Start Autocoder"));
    await screen.findByText("2 of 3 started");
    return () => { act(() => { answer(accepted("run-3")); }); };
  }

  it.each(["Close", "Open in panel"])("asks at %s, and goes on when the person stays", async (name) => {
    const { world } = current;
    const finish = await startTwo();
    world.says = false;
    await userEvent.click(await button(name));
    await waitFor(() => { expect(world.questions).toEqual(["2 of 3 started. The rest starts only while this dialog is open."]); });
    expect([world.closed.mock.calls, world.panels]).toEqual([[], []]);
    finish();
    await screen.findByText("3 of 3 started");
    await userEvent.click(await button(name));
    await waitFor(() => { expect(world.closed).toHaveBeenCalledOnce(); });
    expect(world.questions).toHaveLength(1);
  });

  it("opens what has started in the panel when the person says so", async () => {
    const { world } = current;
    await startTwo();
    await userEvent.click(await button("Open in panel"));
    await waitFor(() => { expect(world.panels).toEqual([["autocoder.autocoder.autocoder-panel", expect.objectContaining({ runIds: ["run-1", "run-2"] })]]); });
  });

  it("asks when one could not be started, and keeps the draft", async () => {
    const { world } = current;
    world.on(START, ({ body }) => {
      const { workItemId } = body as { workItemId: number };
      return workItemId === 2 ? error(429, "queue_full", "The queue is full.") : accepted(`run-${String(workItemId)}`);
    });
    open([1, 2, 3]);
    await fill();
    await userEvent.type(await field("Additional instructions"), "Keep it");
    await userEvent.click(await button("Start Autocoder"));
    await screen.findByText("2 of 3 started");
    await button("Retry start");
    await userEvent.click(await button("Close"));
    await waitFor(() => { expect(world.questions).toEqual(["2 of 3 started. The other run is not started."]); });
    await waitFor(() => { expect(world.documents.get("drafts/item-p-1-2-3")).toMatchObject({ edits: { instructions: "Keep it" } }); });
    await userEvent.click(await button("Back"));
    await button("Start the other 1");
  });
});

describe("a run that is in progress already", () => {
  beforeEach(() => {
    current.world.on(START, () => error(409, "run_active", "A run is already in progress.", "run-old"));
  });

  it("is followed without losing what was typed", async () => {
    const { world } = current;
    open();
    await fill();
    await userEvent.type(await field("Additional instructions"), "Keep it");
    await userEvent.click(await button("Start Autocoder"));
    await userEvent.click(await button("Follow that run"));
    await screen.findByText("Following run-old");
    await waitFor(() => { expect(world.documents.get(DRAFT)).toMatchObject({ edits: { instructions: "Keep it" } }); }, { timeout: 3000 });
    world.on(START, () => accepted("run-7"));
    await userEvent.click(await button("Back"));
    expect((await field("Additional instructions")).value).toBe("Keep it");
    await canStart();
    await userEvent.click(await button("Start Autocoder"));
    await screen.findByText("Following run-7");
    await waitFor(() => { expect(world.documents.has(DRAFT)).toBe(false); });
  });
});

describe("a start that got no answer", () => {
  const keys = () => current.world.requests(START).map(({ key }) => key);

  beforeEach(async () => {
    current.world.on(START, () => "no answer");
    open();
    await fill();
    await userEvent.click(await button("Start Autocoder"));
    await button("Retry start");
  });

  it("has the same key when it is sent again as it was", async () => {
    current.world.on(START, () => accepted("run-7"));
    await userEvent.click(await button("Retry start"));
    await screen.findByText("Following run-7");
    const [first, second] = keys();
    expect(second).toBe(first);
  });

  it("has another key when the form was changed, and offers the run of the first", async () => {
    const { world } = current;
    world.on(START, () => error(409, "run_active", "A run is already in progress.", "run-old"));
    await userEvent.type(await field("Additional instructions"), "Use the new lock");
    await userEvent.click(await button("Retry start"));
    await userEvent.click(await button("Follow that run"));
    await screen.findByText("Following run-old");
    const [first, second] = keys();
    expect(second).not.toBe(first);
    await waitFor(() => { expect(world.documents.get(DRAFT)).toMatchObject({ edits: { instructions: "Use the new lock" } }); }, { timeout: 3000 });
  });

  it("has the first key again when the change is taken back", async () => {
    const instructions = await field("Additional instructions");
    for (const text of ["Use the new lock", ""]) {
      await userEvent.clear(instructions);
      if (text) await userEvent.type(instructions, text);
      await userEvent.click(await button("Retry start"));
      await button("Retry start");
    }
    await waitFor(() => { expect(keys()).toHaveLength(3); });
    expect(keys()[2]).toBe(keys()[0]);
    expect(new Set(keys()).size).toBe(2);
  });
});

describe("the focus", () => {
  it("goes to the reason when the app refuses, and to the heading after the start", async () => {
    const { world } = current;
    world.on(START, () => error(429, "queue_full", "The queue is full."));
    open();
    await fill();
    await userEvent.click(await button("Start Autocoder"));
    await screen.findByRole("alert");
    await waitFor(() => { expect(document.activeElement?.className).toBe("failed-start"); });
    world.on(START, () => accepted("run-7"));
    await userEvent.click(await button("Start Autocoder"));
    await screen.findByText("Following run-7");
    expect(document.activeElement?.textContent).toBe("Progress");
  });

  it("goes to the field that the app refuses, with the app's own words", async () => {
    const { world } = current;
    const problems = [{ field: "budget.usd", message: "must be at most 5 (MAX_RUN_USD)" }];
    world.on(START, () => ({ status: 400, body: { error: { code: "invalid_request", message: "Two mistakes.", details: { problems } } } }));
    open();
    await fill();
    const budget = await field("Budget in dollars");
    await userEvent.type(budget, "1000");
    await userEvent.click(await button("Start Autocoder"));
    await screen.findByText("Autocoder refused this: must be at most 5 (MAX_RUN_USD).");
    expect([document.activeElement?.id, budget.value]).toEqual(["budget-usd", "1,000"]);
    await userEvent.clear(budget);
    expect(budget.getAttribute("aria-invalid")).toBe("false");
  });

  it("goes to the mistake at each attempt", async () => {
    open();
    await fill();
    await userEvent.type(await field("Budget in minutes"), "0");
    for (const attempt of [1, 2]) {
      await userEvent.click(await button("Start Autocoder"));
      expect([attempt, document.activeElement?.id]).toEqual([attempt, "budget-minutes"]);
    }
  });
});

describe("while a run is started", () => {
  it("nothing can be typed that would be lost, and Cancel asks", async () => {
    const { world } = current;
    const { reply, answer } = later();
    world.on(START, () => reply);
    world.says = false;
    open();
    await fill();
    await userEvent.click(await button("Start Autocoder"));
    await button("Starting…");
    expect((await field("Additional instructions")).matches(":disabled")).toBe(true);
    await userEvent.click(await button("Cancel"));
    await waitFor(() => { expect(world.questions).toHaveLength(1); });
    expect(world.closed).not.toHaveBeenCalled();
    act(() => { answer(accepted("run-7")); });
    await screen.findByText("Following run-7");
  });

  it("a second click on Retry start starts no second run", async () => {
    const { world } = current;
    world.on(START, () => error(503, "starting", "The app is starting."));
    open();
    await fill();
    await userEvent.click(await button("Start Autocoder"));
    world.on(START, () => accepted("run-7"));
    await userEvent.dblClick(await button("Retry start"));
    await screen.findByText("Following run-7");
    expect(world.requests(START)).toHaveLength(2);
  });
});

describe("the branch field", () => {
  const search = (name: string, reply: () => unknown) => {
    const { world } = current;
    const usual = (query: URLSearchParams) => ok({ value: world.branches.filter((one) => one.includes(query.get("filterContains") ?? "")).map((one) => ({ name: `refs/heads/${one}` })) });
    world.on("refs", ({ query }) => (query.get("filterContains") === name ? (reply() as ReturnType<typeof ok>) : usual(query)));
  };

  it("waits at Enter for the branches that fit what is typed", async () => {
    const { world } = current;
    world.branches = ["main", "develop", "release/1", "release/2"];
    const { reply, answer } = later();
    search("release/2", () => reply);
    open();
    await fill();
    const box = await field("Source branch");
    await userEvent.click(box);
    await screen.findByRole("option", { name: "develop" });
    await userEvent.type(box, "release/2{Enter}");
    expect(within(screen.getByRole("listbox")).queryAllByRole("option")).toEqual([]);
    await waitFor(() => { expect(world.sent.some(({ query }) => query.get("filterContains") === "release/2")).toBe(true); });
    act(() => { answer(ok({ value: [{ name: "refs/heads/release/2" }] })); });
    await waitFor(() => { expect(box.value).toBe("release/2"); });
    expect(box.getAttribute("aria-expanded")).toBe("false");
  });

  it("takes at Tab exactly what is typed, and says when there is no such branch", async () => {
    open();
    await fill();
    const box = await field("Source branch");
    await userEvent.click(box);
    await userEvent.clear(box);
    await userEvent.type(box, "dev");
    await userEvent.tab();
    await screen.findByText("dev does not exist. Choose another branch.");
    expect(box.value).toBe("dev");
    await userEvent.click(box);
    await userEvent.clear(box);
    await userEvent.type(box, "develop");
    await userEvent.click(await button("Start Autocoder"));
    await waitFor(() => { expect(screen.queryByText(/does not exist/)).toBeNull(); });
    await canStart();
    await userEvent.click(await button("Start Autocoder"));
    await screen.findByText("Following run-7");
    expect(current.world.requests(START).map(({ body }) => (body as { baseBranch: string }).baseBranch)).toEqual(["develop"]);
  });

  it("keeps Escape for its list, and its value", async () => {
    open();
    await fill();
    const box = await field("Target branch");
    await userEvent.click(box);
    await userEvent.type(box, "x");
    const seen = vi.fn();
    document.body.addEventListener("keydown", seen);
    fireEvent.keyDown(box, { key: "Escape" });
    expect([seen.mock.calls.length, box.value, box.getAttribute("aria-expanded")]).toEqual([0, "main", "false"]);
    fireEvent.keyDown(box, { key: "Escape" });
    expect(seen).toHaveBeenCalledOnce();
    document.body.removeEventListener("keydown", seen);
  });
});

describe("a pipeline", () => {
  it("is not started for a work item that was deleted while the dialog was open", async () => {
    const { world } = current;
    world.documents.set("settings/project-p", { id: "project-p", pipeline: { enabled: true, pipelineId: 5 } });
    world.documents.set("choices/project-p", { id: "project-p", through: "pipeline" });
    world.on("GET /fabrikam/Doors/_apis/pipelines", () => ok({ value: [{ id: 5, name: "autocoder", folder: "\\" }] }));
    world.on("GET /fabrikam/Doors/_apis/pipelines/5", () => ok({ id: 5, configuration: { repository: { id: "r2" } } }));
    open();
    await canStart();
    world.items = [null];
    await userEvent.type(await field("Additional instructions"), "Keep it");
    await userEvent.click(await button("Start Autocoder"));
    expect((await screen.findByRole("alert")).textContent).toMatch(/Work item 7 was deleted.*What you typed is kept/);
    expect(world.sent.filter(({ request }) => request.startsWith("POST"))).toEqual([]);
    expect(isOff(await button("Start Autocoder"))).toBe(false);
  });
});

describe("three ways for the draft", () => {
  it.each([["The repository's default", null], ["Yes", true], ["No", false]])("%s is sent as %j", async (name, sent) => {
    open();
    await fill();
    await userEvent.selectOptions(await field("As draft"), name);
    await userEvent.click(await button("Start Autocoder"));
    await screen.findByText("Following run-7");
    expect(current.world.requests(START)[0]!.body).toMatchObject({ draft: sent });
  });
});
