// @vitest-environment jsdom
import { act, screen, waitFor, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";

import { agent, current, error, item, ok, type Reply } from "./world";
import { button, canStart, field, fill, isOff, later, open, START } from "./person";

vi.mock("../../host/session", async () => (await import("./world")).session);
vi.mock("../../host/services", async () => (await import("./world")).services);
vi.mock("../../parts/RunView", () => ({ RunView: ({ run }: { run: string }) => <p>Following {run}</p> }));

const API = "/fabrikam/Doors/_apis";
const AGENTS = ok({ count: 1, default: "claude", value: [agent("claude")] });
const note = () => document.getElementById("start-note")?.textContent ?? "";

describe("a start waits", () => {
  it.each([
    ["GET /fabrikam/_apis/wit/workitems", /the work items/],
    [`GET ${API}/git/repositories`, /the repositories/],
    ["GET /api/boards/agents", /the agents/],
    ["GET /api/boards/repositories", /the allowed repositories/],
    ["GET /api/boards/templates", /the templates/],
  ])("for %s, and says so", async (request, text) => {
    const { world } = current;
    const { reply, answer } = later();
    const original = world.reply(request);
    world.on(request, () => reply);
    open();
    await waitFor(() => { expect(note()).toMatch(text); });
    expect(isOff(await button("Start Autocoder"))).toBe(true);
    await userEvent.click(await button("Start Autocoder"));
    act(() => { answer(original as { status: number; body: unknown }); });
    await fill();
    await userEvent.click(await button("Start Autocoder"));
    await screen.findByText("Following run-7");
    expect(world.requests(START)).toHaveLength(1);
  });

  it("for the branches of a draft, so that none is used that is gone", async () => {
    const { world } = current;
    const { reply, answer } = later();
    world.documents.set("drafts/item-p-7", { id: "item-p-7", edits: { repository: "web", sourceBranch: "topic" } });
    world.on("refs", () => reply);
    open();
    await waitFor(() => { expect(note()).toBe("You can start when the branches have loaded."); });
    act(() => { answer(ok({ value: [] })); });
    await screen.findByText("topic does not exist. Choose another branch.");
    await userEvent.click(await button("Start Autocoder"));
    expect(document.activeElement?.id).toBe("source-branch");
    expect(world.requests(START)).toHaveLength(0);
  });
});

describe("a start without a list that cannot be read", () => {
  const failing: Reply = error(503, "starting", "The app is starting.");

  it("takes the app's default agent and says so", async () => {
    const { world } = current;
    world.on("GET /api/boards/agents", () => failing);
    open();
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toMatch(/app is starting.*Wait a minute/);
    await screen.findByRole("option", { name: "Autocoder's default agent" });
    await fill();
    await userEvent.click(await button("Start Autocoder"));
    await screen.findByText("Following run-7");
    expect(world.requests(START)[0]!.body).toMatchObject({ agentType: null, model: null });
  });

  it("keeps the agent that the project's settings name", async () => {
    const { world } = current;
    world.documents.set("settings/project-p", { id: "project-p", agentType: "copilot", template: "careful" });
    for (const list of ["agents", "templates"]) world.on(`GET /api/boards/${list}`, () => failing);
    open();
    await fill();
    expect(screen.getAllByRole("alert")).toHaveLength(1);
    await userEvent.click(await button("Start Autocoder"));
    await screen.findByText("Following run-7");
    expect(world.requests(START)[0]!.body).toMatchObject({ agentType: "copilot", template: "careful" });
  });

  it("tries again, and goes on with the list", async () => {
    const { world } = current;
    world.on("GET /api/boards/agents", () => failing);
    open();
    await screen.findByRole("alert");
    world.on("GET /api/boards/agents", () => AGENTS);
    await userEvent.click(await button("Try again"));
    await screen.findByRole("option", { name: "claude" });
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("chooses no repository by itself when it is not known which the app allows", async () => {
    const { world } = current;
    world.documents.set("settings/project-p", { id: "project-p", repository: "docs" });
    world.on("GET /api/boards/repositories", () => failing);
    open();
    await screen.findByRole("alert");
    await waitFor(async () => { expect((await field("Repository")).placeholder).toBe("Choose a repository"); });
    expect((await field("Repository")).value).toBe("");
    await userEvent.click(await button("Start Autocoder"));
    expect(document.activeElement?.id).toBe("repository");
    await fill();
    await userEvent.click(await button("Start Autocoder"));
    await screen.findByText("Following run-7");
  });

  it("leaves repository and branches to the app when it has one repository for the project", async () => {
    const { world } = current;
    world.on(`GET ${API}/git/repositories`, () => error(500, "", ""));
    world.on("GET /api/boards/repositories", () => ok({ count: 1, isMapped: true, value: [{ name: "web", isDefault: true }] }));
    open();
    await screen.findByText("Autocoder's default for this project: web");
    expect(screen.getAllByText("The default branch of the repository")).toHaveLength(2);
    await canStart();
    await userEvent.click(await button("Start Autocoder"));
    await screen.findByText("Following run-7");
    expect(world.requests(START)[0]!.body).toMatchObject({ repository: null, baseBranch: null, targetBranch: null });
  });
});

describe("no start is possible", () => {
  it("without the project's settings, which say where a run goes through", async () => {
    const { world } = current;
    world.documents.set("settings/project-p", { id: "project-p", pipeline: { enabled: true, pipelineId: 5 } });
    world.unreadable.add("settings");
    open();
    await screen.findByText(/Could not read the project's settings. The store is closed./);
    expect(note()).toBe("You cannot start without the project's settings. Try again to read what is missing.");
    await userEvent.click(await button("Start Autocoder"));
    expect(world.sent.filter(({ request }) => request.includes("/api/"))).toEqual([]);
    world.unreadable.clear();
    await userEvent.click(await button("Try again"));
    await field("Run");
    expect(note()).not.toMatch(/settings/);
  });

  it("for items of another project whose settings cannot be found", async () => {
    const { world } = current;
    const other = item(7, "Elsewhere");
    world.items = [{ ...other, fields: { ...other.fields, "System.TeamProject": "Windows" } }];
    open();
    await waitFor(() => { expect(note()).toMatch(/cannot start without the project's settings/); });
    await userEvent.click(await button("Start Autocoder"));
    expect(world.requests(START)).toEqual([]);
  });

  it("without the work items", async () => {
    const { world } = current;
    world.on("GET /fabrikam/_apis/wit/workitems", () => error(500, "", ""));
    open();
    await waitFor(() => { expect(note()).toMatch(/cannot start without the work items/); });
    await userEvent.click(await button("Start Autocoder"));
    expect(world.requests(START)).toEqual([]);
  });

  it("through a pipeline whose repository cannot be read", async () => {
    const { world } = current;
    world.documents.set("settings/project-p", { id: "project-p", pipeline: { enabled: true, pipelineId: 5 } });
    world.documents.set("choices/project-p", { id: "project-p", through: "pipeline" });
    world.on(`GET ${API}/pipelines`, () => ok({ value: [{ id: 5, name: "autocoder", folder: "\\" }] }));
    world.on(`GET ${API}/pipelines/5`, () => error(500, "", ""));
    open();
    await waitFor(() => { expect(note()).toMatch(/cannot start without the pipeline/); });
    await userEvent.click(await button("Start Autocoder"));
    expect(world.sent.filter(({ request }) => request.startsWith("POST"))).toEqual([]);
  });
});

describe("what was remembered and cannot be read", () => {
  it("is a remark, and is not overwritten", async () => {
    const { world } = current;
    world.documents.set("choices/project-p", { id: "project-p", template: "careful" });
    world.unreadable.add("choices");
    open();
    await screen.findByText(/Could not read your last choices. The store is closed./);
    await fill();
    await userEvent.click(await button("Start Autocoder"));
    await screen.findByText("Following run-7");
    expect(world.documents.get("choices/project-p")).toEqual({ id: "project-p", template: "careful" });
  });

  it("keeps a draft that cannot be read, and what is typed meanwhile", async () => {
    const { world } = current;
    const draft = { id: "item-p-7", edits: { instructions: "Old", budgetUsd: "3" } };
    world.documents.set("drafts/item-p-7", draft);
    world.unreadable.add("drafts");
    open();
    await screen.findByText(/Could not read what you typed last time/);
    await userEvent.type(await field("Additional instructions"), "New");
    await screen.findByText(/kept only while this dialog is open/);
    await userEvent.click(await button("Cancel"));
    await waitFor(() => { expect(world.closed).toHaveBeenCalled(); });
    expect(world.documents.get("drafts/item-p-7")).toBe(draft);
    world.unreadable.clear();
    await userEvent.click(await button("Try again"));
    await waitFor(async () => { expect((await field("Budget in dollars")).value).toBe("3"); });
    expect((await field("Additional instructions")).value).toBe("New");
  });
});

describe("announcements", () => {
  it("say once that the form has loaded, and name the reason of several failures once", async () => {
    const { world } = current;
    for (const name of ["agents", "repositories", "templates"]) world.on(`GET /api/boards/${name}`, () => "no answer");
    open();
    await waitFor(() => { expect(screen.getAllByRole("alert")).toHaveLength(1); });
    await waitFor(() => { expect(screen.getAllByRole("status").map((one) => one.textContent)).toContain("Loaded."); });
    expect(within(screen.getByRole("alert")).getAllByText(/gives no answer/)).toHaveLength(1);
  });
});
