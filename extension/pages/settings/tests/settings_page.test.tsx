// @vitest-environment jsdom
import { cleanup, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { SettingsPage } from "../SettingsPage";

import { acceptWrites, APP, DEVOPS, documents, on, place, refuseWrites, requests, resetWorld, sent, written } from "./fake_world";
import { PROJECT } from "./samples";

vi.mock("../../host/session", async () => (await import("./fake_world")).session);
vi.mock("../../host/services", async () => (await import("./fake_world")).services);

const ID = `project-${PROJECT}`;
beforeEach(resetWorld);
afterEach(cleanup);

async function open(change = {}) {
  render(<SettingsPage place={{ ...place, ...change }} />);
  await screen.findByRole("heading", { name: "Defaults" });
  return userEvent.setup();
}

const field = (name: string) => screen.getByLabelText<HTMLInputElement>(name);
const save = () => screen.getByRole<HTMLButtonElement>("button", { name: "Save" });

describe("the right to save", () => {
  const EVALUATE = `POST ${DEVOPS}/_apis/security/permissionevaluationbatch`;

  it.each([["", /Edit instance-level information.*administrators of the organization/], [PROJECT, /Edit project-level information.*administrators of the project/]])(
    "is named when the person does not have it: %j", async (projectId, text) => {
      on(EVALUATE, { evaluations: [{ value: false }] });
      const user = await open({ projectId });
      expect((await screen.findByText(/You cannot save/)).textContent).toMatch(text);
      await user.type(field("Model"), "m1");
      expect(save().disabled).toBe(true);
    },
  );

  it.each([[{ evaluations: [{ value: true }] }, 200], [{ message: "TF400813: no" }, 401], [null, 200]])(
    "is left to the save when Azure DevOps grants it, or does not say: %j", async (body, status) => {
      on(EVALUATE, body, status);
      const user = await open();
      await waitFor(() => { expect(requests("POST")).toHaveLength(1); });
      await user.type(field("Model"), "m1");
      await user.click(save());
      expect(await screen.findByText("Saved.")).toBeTruthy();
    },
  );

  it("that is refused by the save keeps what was typed, and says what is lacking", async () => {
    refuseWrites("Access denied", 403);
    const user = await open();
    await user.type(field("Model"), "m1");
    await user.click(save());
    expect((await screen.findByRole("alert")).textContent).toMatch(/Not saved\. You do not have the permission.*Access denied\. Ask an administrator.*still here/);
    expect(field("Model").value).toBe("m1");
  });
});

describe("a project's settings", () => {
  it("show inherited values as placeholders, and own values in the fields", async () => {
    documents.set("organization", { id: "organization", __etag: 1, agentType: "claude-code", draft: "never" });
    documents.set(ID, { id: ID, __etag: 1, model: "m2" });
    await open();
    expect(field("Agent").value).toBe("");
    expect(field("Agent").placeholder).toBe("claude-code (organization)");
    expect(field("Model").value).toBe("m2");
    expect(within(field("Draft pull requests")).getByText("Inherited: Never")).toBeTruthy();
  });

  it("are saved without what is inherited, and say so", async () => {
    const user = await open();
    await user.type(field("Agent"), "codex");
    expect(screen.getByText("Unsaved: Agent")).toBeTruthy();
    await user.click(save());
    expect(await screen.findByText("Saved.")).toBeTruthy();
    expect(written).toEqual([{ id: ID, agentType: "codex" }]);
  });

  it("inherit again after a field is cleared", async () => {
    documents.set("organization", { id: "organization", __etag: 1, agentType: "claude-code" });
    documents.set(ID, { id: ID, __etag: 5, agentType: "codex", model: "m1" });
    const user = await open();
    await user.click(screen.getByRole("button", { name: "Inherit: Agent" }));
    await user.click(save());
    await screen.findByText("Saved.");
    expect(written).toEqual([{ id: ID, __etag: 5, model: "m1" }]);
  });

  it("keep what was typed when the save fails, and save it later", async () => {
    refuseWrites("The service is busy.");
    const user = await open();
    await user.type(field("Model"), "m1");
    await user.click(save());
    expect((await screen.findByRole("alert")).textContent).toMatch(/Not saved\. The service is busy\..*still here/);
    expect(field("Model").value).toBe("m1");
    acceptWrites();
    await user.click(save());
    expect(await screen.findByText("Saved.")).toBeTruthy();
  });

  it("do not overwrite what somebody else saved in between", async () => {
    documents.set(ID, { id: ID, __etag: 1, agentType: "codex" });
    const user = await open();
    documents.set(ID, { id: ID, __etag: 2, agentType: "opencode", template: "short" });
    await user.clear(field("Agent"));
    await user.type(field("Agent"), "claude-code");
    await user.type(field("Model"), "m3");
    await user.click(save());
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toMatch(/somebody else saved.*Prompt template.*You both changed: Agent/);
    expect([field("Agent").value, field("Model").value, field("Prompt template").value]).toEqual(["claude-code", "m3", "short"]);
    expect(written).toEqual([]);
    await user.click(save());
    await screen.findByText("Saved.");
    expect(documents.get(ID)).toEqual({ id: ID, __etag: 3, agentType: "claude-code", model: "m3", template: "short" });
  });

  it("tell when somebody else created them in between", async () => {
    const user = await open();
    documents.set(ID, { id: ID, __etag: 1, template: "short" });
    await user.type(field("Model"), "m3");
    await user.click(save());
    expect((await screen.findByRole("alert")).textContent).toMatch(/somebody else saved/);
  });

  it("map areas to repositories in rows that can be added and removed", async () => {
    const user = await open();
    await user.click(screen.getByRole("button", { name: "Add area" }));
    await user.click(screen.getByRole("button", { name: "Add area" }));
    await user.type(field("Area 2"), "Fabrikam");
    await user.type(field("Repository 2"), "Web");
    await user.click(screen.getByRole("button", { name: "Remove area 1" }));
    await user.click(save());
    await screen.findByText("Saved.");
    expect(written).toEqual([{ id: ID, repositoryByArea: [{ areaPath: "Fabrikam", repository: "Web" }] }]);
  });

  it("choose one of the project's pipelines", async () => {
    const user = await open();
    await user.click(screen.getByRole("checkbox", { name: /through a pipeline/ }));
    await user.click(save());
    expect((await screen.findByRole("alert")).textContent).toMatch(/Choose the pipeline/);
    await user.selectOptions(field("Pipeline"), await screen.findByRole("option", { name: "Autocoder" }));
    await user.click(save());
    await screen.findByText("Saved.");
    expect(written).toEqual([{ id: ID, pipeline: { enabled: true, pipelineId: 4 } }]);
  });
});

describe("the organization's settings", () => {
  it("have no repositories, pipeline and service hooks, and go to their own document", async () => {
    const user = await open({ projectId: "", project: "" });
    for (const name of ["Repositories", "Through a pipeline", "Service hooks"]) {
      expect(screen.queryByRole("heading", { name })).toBeNull();
    }
    await user.selectOptions(field("Create pull request automatically"), "No");
    await user.click(save());
    await screen.findByText("Saved.");
    expect(written).toEqual([{ id: "organization", createPullRequest: false }]);
  });
});

describe("the function URL", () => {
  it("is refused with the reason, not saved, and gets no token", async () => {
    const user = await open();
    await user.type(field("Function URL"), "https://evil.azurewebsites.net");
    expect(screen.getByText(/may call only app\.example\.com/)).toBeTruthy();
    await user.click(save());
    expect((await screen.findByRole("alert")).textContent).toMatch(/Not saved\. Function URL/);
    expect(written).toEqual([]);
    expect(sent.every(({ url }) => url.host !== "evil.azurewebsites.net")).toBe(true);
  });

  it("is refused when it was written into the organization's document by hand", async () => {
    documents.set("organization", { id: "organization", __etag: 1, functionUrl: "https://evil.azurewebsites.net" });
    await open();
    expect(screen.getByText(/organization's function URL is refused/)).toBeTruthy();
    await waitFor(() => { expect(requests("GET").length).toBeGreaterThan(0); });
    expect(sent.every(({ url }) => url.host !== "evil.azurewebsites.net")).toBe(true);
  });
});

describe("problems", () => {
  it("explain an app that answers HTML, and let people type the names", async () => {
    on(`GET ${APP}/api/boards/agents`, "<html>Sign in</html>");
    const user = await open();
    expect((await screen.findByRole("alert")).textContent).toMatch(/no JSON but a web page.*may not be Autocoder.*type the names/s);
    on(`GET ${APP}/api/boards/agents`, { count: 0, default: "codex", value: [] });
    await user.click(screen.getByRole("button", { name: "Try again" }));
    await waitFor(() => { expect(screen.queryByRole("alert")).toBeNull(); });
  });
});
