// @vitest-environment jsdom
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { ADDRESS, error, FakeApp, FakeResizeObserver, ok, record } from "../../parts/tests/fake_app";
import { contentOf, NamedPanel, Panel } from "../Panel";

vi.mock("../../host/session", async () => (await import("../../parts/tests/fake_host")).session);
vi.mock("../../host/services", async () => (await import("../../parts/tests/fake_host")).services);

let app: FakeApp;
beforeEach(() => {
  app = new FakeApp();
  vi.stubGlobal("ResizeObserver", FakeResizeObserver);
  Element.prototype.scrollTo = vi.fn();
});
afterEach(cleanup);

describe("the panel", () => {
  it("takes from its configuration only what it knows", () => {
    expect(contentOf({ address: ADDRESS, runIds: ["a", "a", 1, "", "b"] })).toEqual({ address: ADDRESS, runIds: ["a", "b"] });
    expect(contentOf({ address: 1, runIds: "a" })).toEqual({ address: "", runIds: [] });
  });

  it.each([
    ["the name of its agent", "project", "Claude Code"],
    ["the type of its agent where the agents cannot be read", "other", "claude"],
  ])("shows %s", async (_, project, name) => {
    app.show(record({ agentType: "claude", model: "" }));
    app.log("run-1", "");
    const agents = { count: 1, default: "claude", value: [{ agentType: "claude", available: true, defaultModel: "", models: [], name: "Claude Code", reason: "" }] };
    app.on("GET /api/boards/agents", () => (project === "project" ? ok(agents) : error(503, "starting", "The app is starting.")));
    const place = { organization: "fabrikam", project, projectId: "p", userName: "" };
    render(<NamedPanel place={place} address={ADDRESS} runIds={["run-1"]} />);
    await screen.findByText(name);
  });

  it("shows one run with its log", async () => {
    app.show(record());
    app.log("run-1", "0:01  said    hello\n");
    render(<Panel address={ADDRESS} runIds={["run-1"]} />);
    expect(await screen.findByText(/hello/)).toBeTruthy();
    expect(screen.getByRole("heading", { level: 2 }).textContent).toBe("#7 Fix the door");
  });

  it("shows several runs in one list", async () => {
    app.show(record());
    app.show(record({ id: "run-2", workItemId: 8 }));
    render(<Panel address={ADDRESS} runIds={["run-1", "run-2"]} />);
    expect(await screen.findByText("#8 Fix the door")).toBeTruthy();
    expect(screen.getByRole("list", { name: "Runs" }).children).toHaveLength(2);
  });

  it("says what to do when no run was chosen", () => {
    render(<Panel address={ADDRESS} runIds={[]} />);
    expect(screen.getByRole("alert").textContent).toMatch(/Close this panel/);
  });
});
