import { describe, expect, it } from "vitest";

import { amount, checkForm } from "../checks";
import { branchesToCheck, choicesOf, edit, formOf, type Known } from "../form";
import { pipelineStart, runBody } from "../requests";

import { agent } from "./world";

const repository = (name: string, defaultBranch = "main") => ({ id: `id-${name}`, name, defaultBranch, projectId: "p" });
const item = { id: 7, isMissing: false, title: "Fix", type: "Bug", project: "Doors", areaPath: "Doors\\Web\\Hinges", links: [] };
const link = (name: string, branch = "") => ({ projectId: "p", repositoryId: `id-${name}`, branch });
const known = (changes: Partial<Known> = {}): Known => ({
  items: [item], repositories: [repository("docs"), repository("web"), repository("api")],
  agents: { default: "claude", value: [agent("claude"), agent("copilot"), agent("crush", { available: false })] },
  templates: ["careful"], ...changes,
});

describe("the default repository", () => {
  const everything = {
    items: [{ ...item, links: [link("api")] }],
    settings: { repository: "docs", repositoryByArea: [{ areaPath: "Doors", repository: "docs" }, { areaPath: "doors\\web", repository: "web" }] },
    allowed: { isMapped: true, value: [{ name: "API", isDefault: false }, { name: "web", isDefault: false }, { name: "docs", isDefault: true }] },
    choices: { repository: "docs" },
  };

  it.each<[string, Partial<Known>, string]>([
    ["the item's link", everything, "api"],
    ["the area's mapping", { ...everything, items: [item] }, "web"],
    ["the settings", { ...everything, items: [{ ...item, areaPath: "Doors2" }], settings: { ...everything.settings, repository: "web" } }, "web"],
    ["the app's mapping", { allowed: everything.allowed, choices: { repository: "web" } }, "docs"],
    ["the last choice", { choices: { repository: "web" } }, "web"],
    ["the only one", { repositories: [repository("web")] }, "web"],
    ["nothing", {}, ""],
    ["nothing, when the last choice was deleted", { choices: { repository: "old" } }, ""],
    ["no link to a repository that the app does not allow",
      { ...everything, allowed: { isMapped: true, value: [{ name: "docs", isDefault: true }] } }, "docs"],
  ])("comes from %s", (_from, changes, name) => {
    expect(formOf(known(changes), {}).repository).toBe(name);
  });
});

describe("the default branches", () => {
  const linked = { items: [{ ...item, links: [link("web", "topic")] }] };

  it("are the repository's, with the linked branch as the source", () => {
    expect(formOf(known(linked), {})).toMatchObject({ sourceBranch: "topic", targetBranch: "main" });
  });

  it("leave out a linked branch that was deleted", () => {
    expect(formOf(known({ ...linked, missingBranches: ["topic"] }), {}).sourceBranch).toBe("main");
  });

  it("come from the last start in the same repository alone", () => {
    const choices = { repository: "web", sourceBranch: "next", targetBranch: "release" };
    expect(formOf(known({ choices }), {})).toMatchObject({ sourceBranch: "next", targetBranch: "release" });
    expect(formOf(known({ choices }), { repository: "docs" })).toMatchObject({ sourceBranch: "main", targetBranch: "main" });
    expect(branchesToCheck(known({ choices }), repository("web"), {})).toEqual(["next", "release"]);
  });

  it("make the source follow the target", () => {
    expect(formOf(known(), { repository: "web", targetBranch: "release" }).sourceBranch).toBe("release");
  });
});

describe("edits", () => {
  it("win over defaults that arrive later", () => {
    const edits = { repository: "docs", instructions: "Keep it", createPullRequest: false };
    expect(formOf(known({ ...{ settings: { repository: "web", createPullRequest: true } } }), edits)).toMatchObject(edits);
  });

  it("of the repository reset the branches, and of the agent the model", () => {
    const edits = { repository: "web", sourceBranch: "a", targetBranch: "b", agentType: "claude", model: "large" };
    expect(edit(edits, { repository: "docs" })).toEqual({ repository: "docs", agentType: "claude", model: "large" });
    expect(edit(edits, { agentType: "copilot" })).toEqual({ repository: "web", sourceBranch: "a", targetBranch: "b", agentType: "copilot" });
  });
});

describe("agents", () => {
  it.each([[{ choices: { agentType: "crush" } }, "claude"], [{ settings: { agentType: "copilot" } }, "copilot"], [{ agents: undefined }, ""]])(
    "that are not available are never chosen: %j", (changes, agentType) => {
      expect(formOf(known(changes), {}).agentType).toBe(agentType);
    },
  );

  it("keep the model of another agent to themselves", () => {
    const choices = { agentType: "claude", model: "large" };
    expect([formOf(known({ choices }), {}).model, formOf(known({ choices }), { agentType: "copilot" }).model]).toEqual(["large", ""]);
  });

  it("block the start when none is available", () => {
    const agents = { default: "crush", value: [agent("crush", { available: false })] };
    expect(checkForm(known({ agents }), formOf(known({ agents }), { repository: "web" })).agentType).toMatch(/No agent is available/);
  });
});

describe("checks", () => {
  it.each([["", null], [" 2 ", 2], ["2.50", 2.5], ["2,5", 2.5], ["0", undefined], ["-1", undefined], ["1e9", undefined], ["two", undefined], ["NaN", undefined]])(
    "read the amount %j", (text, value) => { expect(amount(text)).toBe(value); },
  );

  it.each<[Partial<Known>, RegExp]>([
    [{ repositories: [] }, /no repository that you can see/],
    [{ allowed: { isMapped: true, value: [] } }, /PROJECT_REPO_MAP/],
    [{ repositories: [repository("web", "")] }, /no branch yet/],
  ])("explain repositories that cannot be used", (changes, text) => {
    expect(checkForm(known(changes), formOf(known(changes), {})).repository).toMatch(text);
  });
});

describe("requests", () => {
  const form = formOf(known({ settings: { draft: "always" } }), { repository: "web", sourceBranch: "topic" });

  it("name the source branch only where it differs from the target", () => {
    expect(runBody(form, item, "fabrikam")).toMatchObject({ baseBranch: "topic", targetBranch: "main", draft: true });
    expect(runBody({ ...form, sourceBranch: "main" }, item, "fabrikam").baseBranch).toBeNull();
  });

  it("ask for no draft without a pull request", () => {
    expect(runBody({ ...form, createPullRequest: false }, item, "fabrikam").draft).toBeNull();
  });

  it("leave empty parameters of a pipeline out", () => {
    expect(pipelineStart(form, item)).toEqual({
      branch: "topic", parameters: { workItemId: "7", agentType: "claude", createPullRequest: "true", targetBranch: "main" },
    });
  });

  it("are remembered without the instructions", () => {
    expect(choicesOf({ ...form, instructions: "Keep it", draft: undefined })).not.toHaveProperty("instructions");
  });
});
