// @vitest-environment jsdom
import { act, cleanup, render, screen, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { OUTCOME_TEXTS, OUTCOMES } from "../../../shared/outcomes";
import { AgentNames } from "../AgentNames";
import { MAX_PANEL_LENGTH } from "../log_tail";
import { ANNOUNCE_MS } from "../LogView";
import { VISIBLE_MS } from "../repeat";
import { RunList } from "../RunList";
import { RunView } from "../RunView";
import { ADDRESS, boxChanges, error, FakeApp, FakeResizeObserver, ok, record, setVisibility } from "./fake_app";
import { host, resetHost } from "./fake_host";

vi.mock("../../host/session", async () => (await import("./fake_host")).session);
vi.mock("../../host/services", async () => (await import("./fake_host")).services);

const RETRY = "POST /api/boards/runs/run-1/retry";
const CANCEL = "POST /api/boards/runs/run-1/cancel";
const scrollTo = vi.fn();
let app: FakeApp;

beforeEach(() => {
  app = new FakeApp();
  resetHost();
  setVisibility("visible");
  app.log("run-1", "");
  vi.stubGlobal("ResizeObserver", FakeResizeObserver);
  Element.prototype.scrollTo = scrollTo;
  scrollTo.mockClear();
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const button = (name: RegExp | string) => screen.findByRole("button", { name });
const keys = () => app.sent.filter(({ path }) => path.endsWith("/retry")).map(({ key }) => key);

describe("a run in progress", () => {
  it("shows its phases with their times, what it costs, and its log", async () => {
    app.show(record());
    app.log("run-1", "0:01  said    hello\n");
    render(<RunView address={ADDRESS} run="run-1" />);
    await screen.findByText("The agent is working on the change.");
    const phases = within(screen.getByRole("list", { name: "Phases" })).getAllByRole("listitem").map((item) => item.textContent);
    expect(phases.slice(0, 3)).toEqual(["Queued, done5 s", "Preparing, done55 s", "Starting containers, not reached"]);
    expect(phases[3]).toMatch(/^Agent at work, in progress\d/);
    expect(phases[6]).toBe("Reporting, not begun");
    expect(screen.getByText("Cost so far").nextSibling?.textContent).toBe("$0.0641");
    expect(screen.getByText("16,723 in, 200,613 cached, 1,058 out")).toBeTruthy();
    expect((await screen.findByText(/hello/)).closest("[role=log]")?.getAttribute("tabindex")).toBe("0");
  });

  it("has no cost that is known before its first usage is recorded", async () => {
    const usage = { inputTokens: 0, cachedTokens: 0, outputTokens: 0, turns: 0, costUsd: null };
    app.show(record({ usage }));
    render(<RunView address={ADDRESS} run="run-1" />);
    expect((await screen.findByText("Cost so far")).nextSibling?.textContent).toBe("not known yet");
    expect(screen.queryByText("Tokens")).toBeNull();
  });

  it("names its agent as the list of the agents does, and by its type without one", async () => {
    app.show(record({ agentType: "claude", model: "large" }));
    const agents = [{ agentType: "claude", name: "Claude Code" }];
    const { rerender } = render(<AgentNames agents={undefined}><RunView address={ADDRESS} run="run-1" /></AgentNames>);
    expect((await screen.findByText("Agent")).nextSibling?.textContent).toBe("claude, large");
    rerender(<AgentNames agents={agents}><RunView address={ADDRESS} run="run-1" /></AgentNames>);
    expect(screen.getByText("Agent").nextSibling?.textContent).toBe("Claude Code, large");
  });

  it("is cancelled only after a question", async () => {
    app.show(record());
    app.on(CANCEL, ok(record(), 202));
    render(<RunView address={ADDRESS} run="run-1" />);
    host.answer = false;
    await userEvent.click(await button("Cancel run"));
    expect([host.questions.length, app.paths().includes(CANCEL)]).toEqual([1, false]);
    host.answer = true;
    await userEvent.click(await button("Cancel run"));
    expect((await button("Cancelling…")).hasAttribute("disabled")).toBe(true);
    expect(screen.getByRole("status").textContent).toBe("Cancelling: the agent is being stopped.");
    expect(app.paths().filter((path) => path === CANCEL)).toHaveLength(1);
  });

  it("says why it could not be cancelled", async () => {
    app.show(record());
    app.on(CANCEL, error(403, "not_contributor", "You may not contribute to web."));
    render(<RunView address={ADDRESS} run="run-1" />);
    await userEvent.click(await button("Cancel run"));
    expect((await screen.findByRole("alert")).textContent).toMatch(/You may not contribute to web.*permission Contribute/);
  });

  it("can no longer be cancelled while it publishes", async () => {
    app.show(record({ status: "publishing" }));
    render(<RunView address={ADDRESS} run="run-1" />);
    expect(await screen.findByText(/Too late to cancel/)).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Cancel run" })).toBeNull();
  });

  it("says what it waits for", async () => {
    app.show(record({ status: "provisioning", reason: "Waiting for capacity in the region." }));
    render(<RunView address={ADDRESS} run="run-1" />);
    expect(await screen.findByText("Waiting for capacity in the region.")).toBeTruthy();
    expect(screen.queryByText(/Next step/)).toBeNull();
  });

  it("is no longer followed when the view is gone", async () => {
    app.show(record());
    render(<RunView address={ADDRESS} run="run-1" />);
    await screen.findByRole("status");
    cleanup();
    const stopped = app.sent.flatMap(({ signal }) => signal ?? []);
    expect(stopped.length > 0 && stopped.every((signal) => signal.aborted)).toBe(true);
  });
});

describe("an ended run", () => {
  it.each(OUTCOMES)("%s says how it ended and what to do next", async (status) => {
    app.show(record({ status, endedAt: "2026-01-05T10:09:00Z", reason: "Because." }));
    render(<RunView address={ADDRESS} run="run-1" />);
    await screen.findByText(OUTCOME_TEXTS[status].text);
    expect(screen.getByRole("status").textContent).toBe(OUTCOME_TEXTS[status].text);
    expect(screen.getByText("Because.")).toBeTruthy();
    if (OUTCOME_TEXTS[status].next) expect(screen.getByText(OUTCOME_TEXTS[status].next)).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Retry" }) !== null).toBe(status !== "completed");
    expect(screen.queryByRole("button", { name: "Cancel run" })).toBeNull();
  });

  it("links its pull request, and nothing that is no web address", async () => {
    app.show(record({ status: "completed", pullRequestId: 12, pullRequestUrl: "https://dev.azure.com/f/p/_git/r/pullrequest/12" }));
    render(<RunView address={ADDRESS} run="run-1" />);
    const link = await screen.findByRole("link", { name: "Pull request !12" });
    expect([link.getAttribute("href"), link.getAttribute("rel")]).toEqual(["https://dev.azure.com/f/p/_git/r/pullrequest/12", "noopener noreferrer"]);
    cleanup();
    app.show(record({ status: "completed", pullRequestId: 12, pullRequestUrl: "javascript:alert(1)" }));
    render(<RunView address={ADDRESS} run="run-1" />);
    await screen.findByText("A pull request is ready for review.");
    expect(screen.queryByRole("link")).toBeNull();
  });

  it("is retried with one key until it is known whether a run was made", async () => {
    app.show(record({ status: "failed" }));
    app.show(record({ id: "run-2", status: "queued" }));
    app.on(RETRY, "no answer");
    render(<RunView address={ADDRESS} run="run-1" />);
    await userEvent.click(await button("Retry"));
    await userEvent.click(await button("Retry"));
    app.on(RETRY, ok({ id: "run-2", links: null }, 202));
    await userEvent.click(await button("Retry"));
    expect((await screen.findByText("Waiting for its turn.")).textContent).toBeTruthy();
    expect(keys()).toHaveLength(3);
    expect(new Set(keys()).size).toBe(1);
    expect(keys()[0]).toMatch(/^[\da-f-]{36}$/);
  });

  it("uses a new key after the app has refused a retry", async () => {
    app.show(record({ status: "failed" }));
    app.on(RETRY, error(409, "run_active", "A run is already in progress."));
    const onRetry = vi.fn();
    render(<RunView address={ADDRESS} run="run-1" onRetry={onRetry} />);
    await userEvent.click(await button("Retry"));
    expect((await screen.findByRole("alert")).textContent).toMatch(/already in progress.*Follow the run in progress/);
    app.on(RETRY, ok({ id: "run-2", links: null }, 202));
    await userEvent.click(await button("Retry"));
    expect(new Set(keys()).size).toBe(2);
    expect(onRetry.mock.calls).toEqual([["run-2"]]);
  });
});

describe("hostile text", () => {
  it("is shown as text, without terminal sequences", async () => {
    const evil = "<img src=x onerror=alert(1)>\u001b[31mred\u001b[0m\u202e";
    app.show(record({ status: "failed", reason: evil, branch: evil, title: evil, requestedBy: evil }));
    app.log("run-1", `0:01  said    ${evil}\n`, true);
    const { container } = render(<RunView address={ADDRESS} run="run-1" titled />);
    await screen.findByText(/0:01/);
    expect(container.querySelector("img, script")).toBeNull();
    expect(container.innerHTML).not.toMatch(/[\u001b\u202e]|\[31m/);
    expect(screen.getByRole("heading").textContent).toBe("#7 <img src=x onerror=alert(1)>red");
  });
});

describe("the log", () => {
  it("stays where its reader is, and at its end while the reader is there", async () => {
    app.show(record());
    app.log("run-1", "0:01  said    hello\n");
    render(<RunView address={ADDRESS} run="run-1" />);
    const log = await screen.findByRole("log");
    await screen.findByText(/hello/);
    const moves = scrollTo.mock.calls;
    expect(moves.length).toBeGreaterThan(0);
    const shown = moves.length;
    boxChanges.forEach((change) => { change(); });
    expect(moves.length).toBe(shown + 1); // a narrower box has more lines
    Object.defineProperties(log, { scrollHeight: { value: 900 }, clientHeight: { value: 200 }, scrollTop: { value: 100 } });
    act(() => { log.dispatchEvent(new Event("scroll", { bubbles: true })); });
    expect(boxChanges).toEqual([]);
    const before = moves.length;
    await userEvent.click(await button("Go to the end"));
    expect(moves.length).toBe(before + 1);
  });

  it("says how much is left out, and opens more of it in the panel", async () => {
    app.show(record());
    app.log("run-1", "0:03  tool    Read README.md\n".repeat(20_000));
    render(<RunView address={ADDRESS} run="run-1" />);
    await userEvent.click(await button("Open more of it in the panel"));
    expect(host.opened).toEqual([{ id: "autocoder.autocoder.autocoder-panel", configuration: { address: ADDRESS, runIds: ["run-1"] } }]);
  });

  it("is shown further in the panel", async () => {
    app.show(record());
    app.log("run-1", "0:03  tool    Read README.md\n".repeat(20_000));
    render(<RunView address={ADDRESS} run="run-1" whole />);
    expect((await screen.findByRole("log")).textContent).toBeDefined();
    await vi.waitFor(() => { expect(screen.getByRole("log").textContent.length).toBe(29 * 20_000); });
    expect(screen.queryByText(/left out/)).toBeNull();
  });

  it("of 10 MB has few elements in the panel, says what is left out, and can be downloaded whole", async () => {
    const part = "0:03  tool    Read README.md\n".repeat(9_000);
    const all = 40;
    app.show(record({ status: "completed" }));
    app.on("GET /api/boards/runs/run-1/log", ({ searchParams }) => {
      const sent = Number(searchParams.get("offset")) / part.length;
      return ok({ text: sent < all ? part : "", nextOffset: Math.min(sent + 1, all) * part.length, complete: sent + 1 >= all });
    });
    const saved: Blob[] = [];
    vi.stubGlobal("URL", Object.assign(URL, { createObjectURL: (blob: Blob) => { saved.push(blob); return "blob:log"; }, revokeObjectURL: vi.fn() }));
    vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(() => undefined);
    render(<RunView address={ADDRESS} run="run-1" whole />);
    await screen.findByText("A pull request is ready for review.");
    expect((await screen.findByText(/The first \d+\.\d MB of the log are left out here/)).textContent).toBeTruthy();
    const log = screen.getByRole("log");
    await vi.waitFor(() => { expect(screen.queryByText(/in progress/)).toBeNull(); });
    expect(log.textContent.length).toBeLessThanOrEqual(MAX_PANEL_LENGTH * 2);
    expect(log.children.length).toBeLessThan(100);
    await userEvent.click(await button("Download the whole log"));
    await vi.waitFor(() => { expect(saved[0]?.size).toBe(part.length * all); });
  });

  it("keeps the elements that are shown while it grows, so that a reader's place stays", async () => {
    vi.useFakeTimers();
    app.show(record());
    const part = "0:03  tool    Read README.md\n".repeat(2_000);
    app.log("run-1", part);
    render(<RunView address={ADDRESS} run="run-1" whole />);
    await act(() => vi.advanceTimersByTimeAsync(0));
    const before = [...screen.getByRole("log").children];
    app.on("GET /api/boards/runs/run-1/log", ok({ text: "0:04  said    more\n", nextOffset: part.length + 20, complete: false }));
    await act(() => vi.advanceTimersByTimeAsync(VISIBLE_MS));
    expect([...screen.getByRole("log").children].slice(0, before.length)).toEqual(before);
    expect(screen.getByText(/0:04/)).toBeTruthy();
  });

  it("is announced by its newest line now and then", async () => {
    vi.useFakeTimers();
    app.show(record());
    app.log("run-1", "0:03  tool    Read README.md\n0:04  said    hello\n");
    const { container } = render(<RunView address={ADDRESS} run="run-1" />);
    await act(() => vi.advanceTimersByTimeAsync(0));
    await act(() => vi.advanceTimersByTimeAsync(ANNOUNCE_MS - 1));
    const announced = (): string | null | undefined => container.querySelector("p.ac-hidden[aria-live=polite]")?.textContent;
    expect(announced()).toBe("");
    await act(() => vi.advanceTimersByTimeAsync(1));
    expect(announced()).toBe("0:04 said hello");
  });
});

describe("problems", () => {
  it("show cause and next step instead of a spinner, and can be tried again", async () => {
    app.on("GET /api/boards/runs/run-1", error(403, "not_visible", "You cannot see work item 7."));
    render(<RunView address={ADDRESS} run="run-1" />);
    expect((await screen.findByRole("alert")).textContent).toMatch(/You cannot see work item 7.*deleted or moved.*keeps trying/);
    expect(screen.queryByText("Loading the run…")).toBeNull();
    app.show(record());
    await userEvent.click(await button("Try again"));
    expect(await screen.findByText("The agent is working on the change.")).toBeTruthy();
    expect(screen.queryByRole("alert")).toBeNull();
  });
});

describe("several runs", () => {
  it("are one list whose details open one by one", async () => {
    app.show(record());
    app.show(record({ id: "run-2", workItemId: 8, title: "Paint it", status: "no_changes" }));
    app.log("run-2", "", true);
    render(<RunList address={ADDRESS} runs={["run-1", "run-2"]} />);
    await screen.findByText("#8 Paint it");
    expect(app.paths().some((path) => path.endsWith("/log"))).toBe(false);
    const toggle = await button("Details of #8 Paint it");
    await userEvent.click(toggle);
    expect(toggle.getAttribute("aria-expanded")).toBe("true");
    expect(await screen.findByText("The agent wrote no log.")).toBeTruthy();
    expect(app.paths().filter((path) => path.endsWith("/run-1/log"))).toEqual([]);
  });
});
