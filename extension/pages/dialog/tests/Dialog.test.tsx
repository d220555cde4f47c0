// @vitest-environment jsdom
import { act, screen, waitFor, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";

import { button, canStart, field, fill, isOff, open, START } from "./person";
import { agent, current, error, item, ok, repository, type World } from "./world";

vi.mock("../../host/session", async () => (await import("./world")).session);
vi.mock("../../host/services", async () => (await import("./world")).services);
vi.mock("../../parts/RunView", () => ({ RunView: ({ run }: { run: string }) => <p>Following {run}</p> }));

const DRAFT = "drafts/item-p-7";
let world: World;

beforeEach(() => { world = current.world; });

describe("the form", () => {
  it("starts a run with what was chosen and typed", async () => {
    open();
    await fill();
    await userEvent.selectOptions(await field("Model"), "large");
    await userEvent.type(await field("Additional instructions"), "Keep the hinges.");
    await userEvent.type(await field("Budget in dollars"), "2,50");
    await userEvent.click(await button("Start Autocoder"));
    await screen.findByText("Following run-7");
    expect(world.requests(START)[0]!.body).toMatchObject({
      organization: "fabrikam", project: "Doors", workItemId: 7, repository: "web", baseBranch: null, targetBranch: "main",
      agentType: "claude", model: "large", template: null, userPrompt: "Keep the hinges.", createPullRequest: true,
      draft: null, budget: { usd: 2.5, minutes: null, tokens: null, turns: null },
    });
    expect(document.activeElement?.textContent).toBe("Progress");
    expect(world.documents.get("choices/project-p")).toEqual({
      id: "project-p", __etag: -1, repository: "web", model: "large", modelOf: "claude", budgetUsd: "2.5",
    });
  });

  it("starts one run however often the button is clicked", async () => {
    let answer: (reply: { status: number; body: unknown }) => void = () => undefined;
    world.on(START, () => new Promise((resolve) => { answer = resolve; }));
    open();
    await fill();
    const start = await button("Start Autocoder");
    act(() => { start.click(); start.click(); });
    await userEvent.click(start);
    act(() => { answer({ status: 202, body: { id: "run-7" } }); });
    await screen.findByText("Following run-7");
    expect(world.requests(START)).toHaveLength(1);
  });

  it("repeats a failed start with the same key, and keeps what was typed", async () => {
    world.on(START, () => error(429, "queue_full", "The queue is full."));
    open();
    await fill();
    await userEvent.type(await field("Additional instructions"), "Keep the hinges.");
    await userEvent.click(await button("Start Autocoder"));
    expect((await screen.findByRole("alert")).textContent).toMatch(/queue is full.*Wait a minute.*What you typed is kept/);
    expect((await field("Additional instructions")).value).toBe("Keep the hinges.");
    world.on(START, () => ({ status: 202, body: { id: "run-7" } }));
    await userEvent.click(await button("Retry start"));
    await screen.findByText("Following run-7");
    const keys = world.requests(START).map(({ key }) => key);
    expect([keys.length, new Set(keys).size, keys[0]!.length]).toEqual([2, 1, 36]);
  });

  it("offers to follow a run that is in progress already", async () => {
    world.on(START, () => error(409, "run_active", "A run is already in progress.", "run-old"));
    open();
    await fill();
    await userEvent.click(await button("Start Autocoder"));
    await userEvent.click(await button("Follow that run"));
    await screen.findByText("Following run-old");
  });

  it.each([
    [401, "not_signed_in", "The token has expired.", /expired.*Reload the page/],
    [403, "not_visible", "You may not see work item 7.", /may have been deleted or moved/],
    [403, "not_contributor", "You may not contribute to web.", /permission Contribute/],
    [500, "internal", "Something broke.", /Try again/],
  ])("explains %i %s and keeps the form", async (status, code, message, text) => {
    world.on(START, () => error(status, code, message));
    open();
    await fill();
    await userEvent.click(await button("Start Autocoder"));
    expect((await screen.findByRole("alert")).textContent).toMatch(text);
    expect((await field("Repository")).value).toBe("web");
  });

  it("marks mistakes, and moves the focus to the first", async () => {
    open();
    await fill();
    await userEvent.type(await field("Budget in minutes"), "soon");
    await userEvent.click(await button("Start Autocoder"));
    expect(document.activeElement?.id).toBe("budget-minutes");
    expect(screen.getByText("Enter a number above 0, such as 30.").id).toBe("budget-minutes-error");
    expect(world.requests(START)).toHaveLength(0);
  });

  it("says that changes in the form are not saved", async () => {
    open([7], true);
    await screen.findByText(/changes that are not saved/);
  });

  it("shows an agent that is not available with its reason, and does not let it be chosen", async () => {
    open();
    const option = await screen.findByRole<HTMLOptionElement>("option", { name: "crush (not available: its key is missing)" });
    expect(option.disabled).toBe(true);
  });
});

describe("drafts", () => {
  it("are saved after a second of silence, and when the dialog is cancelled", async () => {
    open();
    await fill();
    await userEvent.type(await field("Additional instructions"), "Keep");
    await waitFor(() => { expect(world.documents.get(DRAFT)).toMatchObject({ edits: { instructions: "Keep", repository: "web" } }); }, { timeout: 3000 });
    await userEvent.type(await field("Additional instructions"), " it");
    await userEvent.click(await button("Cancel"));
    await waitFor(() => { expect(world.closed).toHaveBeenCalled(); });
    expect(world.documents.get(DRAFT)).toMatchObject({ edits: { instructions: "Keep it" } });
  });

  it("come back when the dialog is opened again, and are deleted after the start", async () => {
    world.documents.set(DRAFT, { id: "item-p-7", edits: { instructions: "Keep it", repository: "docs", budgetUsd: "3" } });
    open();
    expect((await field("Additional instructions")).value).toBe("Keep it");
    expect((await field("Budget in dollars")).value).toBe("3");
    await waitFor(async () => { expect((await field("Source branch")).value).toBe("main"); });
    expect((await field("Repository")).value).toBe("docs");
    await canStart();
    await userEvent.click(await button("Start Autocoder"));
    await screen.findByText("Following run-7");
    await waitFor(() => { expect(world.documents.has(DRAFT)).toBe(false); });
  });

  it("name a branch that was deleted in the meantime", async () => {
    world.documents.set(DRAFT, { id: "item-p-7", edits: { repository: "web", sourceBranch: "gone" } });
    open();
    await screen.findByText("gone does not exist. Choose another branch.");
  });
});

describe("several work items", () => {
  beforeEach(() => {
    world.items = [item(1, "One"), item(2, "Two"), item(3, "Three")];
  });

  it("start one run each with a key of its own, and those that failed are started again alone", async () => {
    let isFull = true;
    world.on(START, ({ body }) => {
      const id = (body as { workItemId: number }).workItemId;
      return id === 2 && isFull ? error(429, "queue_full", "The queue is full.") : { status: 202, body: { id: `run-${String(id)}` } };
    });
    open([1, 2, 3]);
    await fill();
    await userEvent.click(await button("Start Autocoder"));
    await screen.findByText("2 of 3 started");
    expect(screen.getByText("Following run-1")).toBeTruthy();
    expect(within(screen.getByText("Bug 2: Two").closest("li")!).getByRole("alert").textContent).toMatch(/queue is full/);
    isFull = false;
    await userEvent.click(await button("Retry start"));
    await screen.findByText("3 of 3 started");
    const sent = world.requests(START).map(({ body, key }) => [(body as { workItemId: number }).workItemId, key]);
    expect(sent.map(([id]) => id)).toEqual([1, 2, 3, 2]);
    expect(new Set(sent.map(([, key]) => key)).size).toBe(3);
    await userEvent.click(await button("Open in panel"));
    await waitFor(() => {
      expect(world.panels).toEqual([["autocoder.autocoder.autocoder-panel", { runIds: ["run-1", "run-2", "run-3"], address: "https://app.example.com" }]]);
    });
  });

  it("leave out an item that was deleted", async () => {
    world.items = [item(1, "One"), null];
    open([1, 9]);
    await fill();
    await userEvent.click(await button("Start Autocoder"));
    await screen.findByText("1 of 2 started");
    expect(screen.getByText(/Work item 9 was deleted/)).toBeTruthy();
    expect(world.requests(START)).toHaveLength(1);
  });
});

describe("bad input", () => {
  it("shows a title of 10,000 characters with markup as text, cut", async () => {
    world.items = [item(7, `<img src=x onerror=alert(1)>${"a".repeat(10_000)}`)];
    open();
    const title = await screen.findByText(/<img src=x/);
    expect([title.querySelector("img"), title.textContent.length < 330]).toEqual([null, true]);
  });

  it("finds one of 5,000 branches on the server, and shows few of them", async () => {
    world.branches = ["main", ...Array.from({ length: 5_000 }, (_, index) => `topic/${String(index)}`)];
    open();
    await fill();
    const box = await field("Source branch");
    await userEvent.click(box);
    await screen.findByText("There are more. Type a part of the name.");
    expect(screen.getAllByRole("option", { name: /^topic/ })).toHaveLength(49);
    await userEvent.type(box, "topic/4321");
    const option = await screen.findByRole("option", { name: "topic/4321" });
    expect(box.getAttribute("aria-activedescendant")).toBe(option.id);
    await userEvent.keyboard("{Enter}");
    expect(box.value).toBe("topic/4321");
    await userEvent.click(await button("Start Autocoder"));
    await screen.findByText("Following run-7");
    expect(world.requests(START)[0]!.body).toMatchObject({ baseBranch: "topic/4321", targetBranch: "main" });
  });

  it("explains a repository without branches", async () => {
    world.on("GET /fabrikam/Doors/_apis/git/repositories", () => ok({ value: [{ ...repository("r1", "web"), defaultBranch: undefined }] }));
    open();
    await screen.findByText("web has no branch yet. Push a first commit, or choose another repository.");
    await userEvent.click(await button("Start Autocoder"));
    expect(world.requests(START)).toHaveLength(0);
  });

  it("sends no token to an address that is not allowed", async () => {
    world.documents.set("settings/organization", { id: "organization", functionUrl: "https://evil.example.org" });
    open();
    expect((await screen.findByRole("alert")).textContent).toMatch(/may call only app.example.com, not evil.example.org/);
    expect(isOff(await button("Start Autocoder"))).toBe(true);
    expect(world.sent.filter(({ request }) => request.includes("/api/"))).toEqual([]);
  });

  it("explains an extension without an allowed host", async () => {
    vi.stubGlobal("__FUNCTION_HOSTS__", []);
    open();
    expect((await screen.findByRole("alert")).textContent).toMatch(/not configured/);
  });

  it.each([
    ["no answer", /gives no answer/] as const,
    ["html", /no JSON/] as const,
  ])("explains %s of the app, and tries again", async (reply, text) => {
    for (const name of ["agents", "repositories", "templates"]) world.on(`GET /api/boards/${name}`, () => reply);
    open();
    const alerts = await screen.findAllByRole("alert");
    expect(alerts[0]!.textContent).toMatch(text);
    world.on("GET /api/boards/agents", () => ok({ count: 1, default: "claude", value: [agent("claude")] }));
    for (const again of screen.getAllByRole("button", { name: "Try again" })) await userEvent.click(again);
    await screen.findByRole("option", { name: "claude" });
  });

  it("explains a missing approval when Azure DevOps gives no answer", async () => {
    world.on("GET /fabrikam/Doors/_apis/git/repositories", () => "no answer");
    open();
    expect((await screen.findByRole("alert")).textContent).toMatch(/administrator has to approve/);
  });

  it("says that an item was deleted", async () => {
    world.items = [null];
    open();
    await screen.findByText(/This work item was deleted/);
  });
});

describe("through a pipeline", () => {
  const RUN = "POST /fabrikam/Doors/_apis/pipelines/5/runs";

  beforeEach(() => {
    world.documents.set("settings/project-p", { id: "project-p", pipeline: { enabled: true } });
    world.on("GET /fabrikam/Doors/_apis/pipelines", () => ok({ value: [{ id: 5, name: "autocoder", folder: "\\" }] }));
    world.on("GET /fabrikam/Doors/_apis/pipelines/5", () => ok({ id: 5, configuration: { repository: { id: "r2" } } }));
    world.on(RUN, () => ok({ id: 70, name: "20260105.1", state: "inProgress", _links: { web: { href: "https://dev.azure.com/x" } } }));
  });

  it("starts the pipeline with its parameters and the source branch, and links to the run", async () => {
    open();
    await userEvent.selectOptions(await field("Run"), "pipeline");
    await screen.findByRole("option", { name: "autocoder" });
    await userEvent.selectOptions(await field("Pipeline"), "5");
    await waitFor(async () => { expect((await field("Repository")).value).toBe("docs"); });
    await userEvent.type(await field("Additional instructions"), "Keep it");
    await userEvent.click(await button("Start Autocoder"));
    await screen.findByText("Pipeline run 20260105.1: In progress");
    expect(world.requests(RUN)[0]!.body).toEqual({
      resources: { repositories: { self: { refName: "refs/heads/main" } } },
      templateParameters: { workItemId: "7", agentType: "claude", userPrompt: "Keep it", createPullRequest: "true", targetBranch: "main" },
    });
    expect(screen.getByRole("link").getAttribute("rel")).toContain("noopener");
    expect(world.requests(START)).toHaveLength(0);
  });

  it("explains a start that gets no answer", async () => {
    world.on(RUN, () => "no answer");
    open();
    await userEvent.selectOptions(await field("Run"), "pipeline");
    await screen.findByRole("option", { name: "autocoder" });
    await userEvent.selectOptions(await field("Pipeline"), "5");
    await waitFor(async () => { expect((await field("Repository")).value).toBe("docs"); });
    await userEvent.click(await button("Start Autocoder"));
    expect((await screen.findByRole("alert")).textContent).toMatch(/Look at the pipeline's runs.*approve the extension/);
  });
});
