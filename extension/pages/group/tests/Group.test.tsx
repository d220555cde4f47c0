// @vitest-environment jsdom
import { act, cleanup, render, screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { ADDRESS, error, FakeApp, ok, record, setVisibility } from "../../parts/tests/fake_app";
import { host, resetHost } from "../../parts/tests/fake_host";
import { Group } from "../Group";
import { ItemStore } from "../item";

vi.mock("../../host/session", async () => (await import("../../parts/tests/fake_host")).session);
vi.mock("../../host/services", async () => (await import("../../parts/tests/fake_host")).services);
vi.mock("../../host/documents", async () => (await import("../../parts/tests/fake_host")).documents);

const PLACE = { organization: "fabrikam", projectId: "p-1", project: "Doors", userName: "Ann" };
const LIST = "GET /api/boards/runs";
const ITEM = "GET /fabrikam/_apis/wit/workitems";
const PULL = "GET /fabrikam/Doors/_apis/git/repositories/web/pullrequests/12";
const PULL_URL = "https://dev.azure.com/fabrikam/Doors/_git/web/pullrequest/12";
let app: FakeApp;
let store: ItemStore;

beforeEach(() => {
  app = new FakeApp();
  store = new ItemStore();
  resetHost();
  setVisibility("visible");
  runs();
  itemOf("Doors");
  render(<Group store={store} place={PLACE} />);
});
afterEach(cleanup);

const runs = (...value: ReturnType<typeof record>[]) => { app.on(LIST, ok({ count: value.length, value })); };
const itemOf = (project: string) => {
  app.on(ITEM, ({ searchParams }) => ok({ value: [{ id: Number(searchParams.get("ids")), fields: { "System.TeamProject": project } }] }));
};
const open = (id: number, isNew = false) => { act(() => { store.events.onLoaded({ id, isNew }); }); };
const lists = () => app.sent.filter(({ method, path }) => `${method} ${path}` === LIST);
const asked = (path: string) => app.paths().filter((one) => one === path).length;

describe("the form's work item", () => {
  it("must be saved first when it is new, and is followed after that", async () => {
    open(0, true);
    expect(screen.getByText(/Save the work item first/)).toBeTruthy();
    expect(app.sent).toEqual([]);
    act(() => { store.events.onSaved({ id: 7 }); });
    expect(await screen.findByText(/has not worked on this work item yet/)).toBeTruthy();
  });

  it("shows nothing and stops everything when it is unloaded", async () => {
    app.on(LIST, "never");
    open(7);
    await vi.waitFor(() => { expect(asked(LIST)).toBe(1); });
    act(() => { store.events.onUnloaded({ id: 7 }); });
    expect(lists().every(({ signal }) => signal?.aborted)).toBe(true);
    expect(screen.queryByRole("button")).toBeNull();
  });

  it("gives way to another one in the same frame", async () => {
    runs(record());
    open(7);
    await screen.findByText("Agent at work");
    runs();
    open(8);
    act(() => { store.events.onUnloaded({ id: 7 }); }); // late, about the earlier one
    expect(screen.queryByText("Agent at work")).toBeNull();
    expect(await screen.findByText(/has not worked on this work item yet/)).toBeTruthy();
    expect(lists()[0]?.signal?.aborted).toBe(true);
  });

  it("is asked about again when it is saved, refreshed or reset", async () => {
    open(7);
    await screen.findByText(/has not worked/);
    for (const event of ["onSaved", "onRefreshed", "onReset"] as const) {
      const before = asked(LIST);
      act(() => { store.events[event]({ id: 7 }); });
      await vi.waitFor(() => { expect(asked(LIST)).toBe(before + 1); });
    }
  });

  it("is to be saved when it has changes", async () => {
    open(7);
    await screen.findByText(/has not worked/);
    act(() => { store.events.onFieldChanged({ id: 7 }); });
    expect(screen.getByText(/save your changes first/)).toBeTruthy();
    act(() => { store.events.onSaved({ id: 7 }); });
    expect(screen.queryByText(/save your changes first/)).toBeNull();
  });
});

describe("a work item of another project than the page's", () => {
  const PROJECT = "GET /fabrikam/_apis/projects/R%26D%20Team";

  it("is asked about in its own project, with that project's settings", async () => {
    itemOf("R&D Team");
    app.on(PROJECT, ok({ id: "p-2", name: "R&D Team" }));
    const asked: string[] = [];
    host.settings = (id) => {
      asked.push(id);
      return Promise.resolve({});
    };
    let project: string | null = "";
    app.on(LIST, ({ searchParams }) => {
      project = searchParams.get("project");
      return ok({ count: 0, value: [] });
    });
    open(7);
    await screen.findByText(/has not worked/);
    expect([asked, project]).toEqual([["p-2"], "R&D Team"]);
  });

  it.each([
    [ok({ value: [null] }), /shows you no such work item.*Check that you can open the work item/],
    [error(403, "", ""), /Could not read where this work item belongs.*do not have the permission/],
    [ok(null), /a form that this page does not know/],
    ["no answer", /approve the extension's permissions/],
  ] as const)("is explained when it cannot be read: %j", async (reply, text) => {
    app.on(ITEM, reply);
    open(7);
    expect((await screen.findByRole("alert")).textContent).toMatch(text);
    itemOf("Doors");
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByText(/has not worked/)).toBeTruthy();
  });
});

describe("the runs", () => {
  it("show phase or outcome, cost, reason, and the pull request with its state", async () => {
    app.on(PULL, ok({ status: "active", isDraft: true, reviewers: [{ vote: 10 }, { vote: 5 }, { vote: 0 }] }));
    runs(
      record(),
      record({ id: "run-0", status: "failed", reason: "No key." }),
      record({ id: "run-9", status: "completed", pullRequestId: 12, pullRequestUrl: PULL_URL }),
    );
    open(7);
    expect(await screen.findByText("Draft, 2 approvals")).toBeTruthy();
    expect(screen.getByText("Agent at work")).toBeTruthy();
    expect(screen.getByText("Failed")).toBeTruthy();
    expect(screen.getByText("No key.")).toBeTruthy();
    expect(screen.getByText("1 run in progress")).toBeTruthy();
    expect(screen.getByRole("link", { name: "Pull request !12" }).getAttribute("href")).toBe(PULL_URL);
    expect(screen.getAllByText(/\$0\.0641/)).toHaveLength(3);
  });

  it.each([["no answer", /approve the extension's permissions/], [error(404, "", ""), /Deleted, or not visible/]] as const)(
    "say why the state of a pull request is missing: %j", async (reply, text) => {
      app.on(PULL, reply);
      runs(record({ status: "completed", pullRequestId: 12, pullRequestUrl: PULL_URL }));
      open(7);
      expect(await screen.findByText(text)).toBeTruthy();
    },
  );

  it("read no state of a pull request that is completed again, nor of one among the oldest", async () => {
    app.on(PULL, ok({ status: "completed" }));
    const done = { status: "completed" as const, pullRequestUrl: PULL_URL };
    runs(...Array.from({ length: 12 }, (_, index) => record({ ...done, id: `run-${String(index)}`, pullRequestId: 12 })));
    open(7);
    await vi.waitFor(() => { expect(screen.getAllByText("Completed")).toHaveLength(22); }); // ten states, and all outcomes
    expect(screen.queryByText(/Reading its state/)).toBeNull();
    act(() => { store.events.onRefreshed({ id: 7 }); });
    await vi.waitFor(() => { expect(asked(LIST)).toBe(2); });
    expect(asked(PULL)).toBe(10);
  });

  it("are cancelled after a question, and followed by what happens", async () => {
    runs(record());
    app.on("POST /api/boards/runs/run-1/cancel", ok(record(), 202));
    open(7);
    await userEvent.click(await screen.findByRole("button", { name: "Cancel run" }));
    expect(host.questions).toHaveLength(1);
    expect(await screen.findByText("Cancelling")).toBeTruthy();
  });

  it("are retried with a key, and only the newest one", async () => {
    runs(record({ status: "failed" }), record({ id: "run-0", status: "failed" }));
    app.on("POST /api/boards/runs/run-1/retry", ok({ id: "run-2", links: null }, 202));
    open(7);
    const before = asked(LIST);
    await userEvent.click(await screen.findByRole("button", { name: "Retry" }));
    expect(app.sent.find(({ path }) => path.endsWith("/retry"))?.key).toMatch(/^[\da-f-]{36}$/);
    await vi.waitFor(() => { expect(asked(LIST)).toBeGreaterThan(before + 1); });
  });

  it("start in the dialog, and are read again when it closes", async () => {
    open(7);
    await userEvent.click(await screen.findByRole("button", { name: "Start Autocoder" }));
    expect(host.opened).toMatchObject([{ id: "autocoder.autocoder.autocoder-dialog", configuration: { workItemIds: [7], isDirty: false } }]);
    const before = asked(LIST);
    act(() => { host.opened[0]?.onClose?.(); });
    await vi.waitFor(() => { expect(asked(LIST)).toBe(before + 1); });
  });

  it("open their logs in the panel", async () => {
    runs(record());
    open(7);
    await userEvent.click(await screen.findByRole("button", { name: /^Log/ }));
    expect(host.opened).toMatchObject([{ configuration: { address: ADDRESS, runIds: ["run-1"] } }]);
  });
});

describe("problems", () => {
  it.each([
    [error(401, "not_signed_in", "Not signed in."), /Reload the page/],
    [error(403, "not_visible", "Not yours."), /Check that you can open the work item/],
    [error(404, "unknown", "Nothing here."), /Check the function URL/],
    [error(429, "busy", "Busy."), /Wait a minute/],
    [error(503, "not_configured", "EXTENSION_ID is missing."), /EXTENSION_ID is missing.*administrator/],
    ["html", /may not be Autocoder/],
    ["no answer", /CORS/],
  ] as const)("are shown with the next step: %j", async (reply, text) => {
    app.on(LIST, reply);
    open(7);
    expect((await screen.findByRole("alert")).textContent).toMatch(text);
    expect(screen.queryByText("Loading the runs…")).toBeNull();
  });

  it("with the settings can be tried again", async () => {
    host.settings = () => Promise.reject(new Error("The store is busy."));
    open(7);
    await screen.findByText(/Could not read where this work item belongs\. The store is busy\./);
    host.settings = () => Promise.resolve({});
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByText(/has not worked/)).toBeTruthy();
  });

  it("of a function URL that is not allowed send no token", async () => {
    host.settings = () => Promise.resolve({ functionUrl: "https://evil.example" });
    open(7);
    expect((await screen.findByRole("alert")).textContent).toMatch(/may call only app\.example\.com, not evil\.example/);
    expect(new Set(app.paths())).toEqual(new Set([ITEM]));
  });
});
