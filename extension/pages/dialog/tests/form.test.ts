import { describe, expect, it } from "vitest";

import { amount, formatted } from "../form/amounts";
import { checkForm } from "../form/checks";
import { choicesAfter, readChoices, readEdits } from "../form/choices";
import { branchesToCheck, edit, formOf, type Edits, type Knowledge, type LastChoices } from "../form/form";
import { defaultHints } from "../form/hints";
import { pipelineStart, runBody } from "../form/requests";

import { agent } from "./world";

const repository = (name: string, defaultBranch = "main") => ({ id: `id-${name}`, name, defaultBranch, projectId: "p" });
const item = { id: 7, isMissing: false, title: "Fix", type: "Bug", project: "Doors", areaPath: "Doors\\Web\\Hinges", links: [] };
const link = (name: string, branch = "") => ({ projectId: "p", repositoryId: `id-${name}`, branch });
const known = (changes: Partial<Knowledge> = {}): Knowledge => ({
  items: [item], repositories: [repository("docs"), repository("web"), repository("api")],
  agents: { default: "claude", value: [agent("claude"), agent("copilot"), agent("crush", { available: false })] },
  templates: ["careful"], settings: {}, choices: {}, allowed: { isMapped: false, value: [] }, ...changes,
});
const errorsOf = (changes: Partial<Knowledge>, edits: Edits = {}) => checkForm(known(changes), edits, formOf(known(changes), edits));
const hintsOf = (changes: Partial<Knowledge>, edits: Edits = {}) => defaultHints(known(changes), edits, formOf(known(changes), edits));

describe("the default repository", () => {
  const everything = {
    items: [{ ...item, links: [link("api")] }],
    settings: { repository: "docs", repositoryByArea: [{ areaPath: "Doors", repository: "docs" }, { areaPath: "doors\\web", repository: "web" }] },
    allowed: { isMapped: true, value: [{ name: "API", isDefault: false }, { name: "web", isDefault: false }, { name: "docs", isDefault: true }] },
    choices: { repository: "docs" },
  };

  it.each<[string, Partial<Knowledge>, string]>([
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
    const choices = { repository: "web", branchesOf: "web", sourceBranch: "next", targetBranch: "release" };
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
    const choices = { agentType: "claude", modelOf: "claude", model: "large" };
    expect([formOf(known({ choices }), {}).model, formOf(known({ choices }), { agentType: "copilot" }).model]).toEqual(["large", ""]);
  });

  it("block the start when none is available", () => {
    const agents = { default: "crush", value: [agent("crush", { available: false })] };
    expect(errorsOf({ agents }, { repository: "web" }).agentType).toMatch(/No agent is available/);
  });
});

describe("checks", () => {
  it.each([["", null], [" 2 ", 2], ["2.50", 2.5], ["2,5", 2.5], ["0", undefined], ["-1", undefined], ["1e9", undefined], ["two", undefined], ["NaN", undefined],
    ["1,000", 1000], ["12,345,678.5", 12345678.5], ["0,500", 0.5], ["1,00,0", undefined], ["1,000,00", undefined], ["9".repeat(25), undefined]])(
    "read the amount %j", (text, value) => { expect(amount(text)).toBe(value); },
  );

  it.each<[Partial<Knowledge>, RegExp]>([
    [{ repositories: [] }, /no repository that you can see/],
    [{ allowed: { isMapped: true, value: [] } }, /PROJECT_REPO_MAP/],
    [{ repositories: [repository("web", "")] }, /no branch yet/],
  ])("explain repositories that cannot be used", (changes, text) => {
    expect(errorsOf(changes).repository).toMatch(text);
  });
});

describe("a list that was not read", () => {
  it.each<[string, Partial<Knowledge>]>([
    ["the settings", { settings: undefined }],
    ["the last choices", { choices: undefined }],
    ["the work item", { items: undefined }],
    ["what the app allows", { allowed: undefined }],
  ])("chooses no repository, since %s could name another one", (_name, changes) => {
    expect(formOf(known({ repositories: [repository("web")], ...changes }), {}).repository).toBe("");
  });

  it("leaves agent, model and template as they were chosen", () => {
    const unread = { agents: undefined, templates: undefined };
    const settings = { agentType: "copilot", model: "large", template: "careful" };
    expect(formOf(known({ ...unread, settings }), {})).toMatchObject({ agentType: "copilot", model: "large", template: "careful" });
    expect(formOf(known(unread), { agentType: "crush", template: "quick" })).toMatchObject({ agentType: "crush", template: "quick" });
  });

  it("leaves the repository to the app only when the app has one for the project", () => {
    const allowed = { isMapped: true, value: [{ name: "web", isDefault: true }] };
    expect(errorsOf({ repositories: undefined })).toEqual({ repository: "Choose a repository." });
    expect(errorsOf({ repositories: undefined, allowed })).toEqual({});
    expect(hintsOf({ repositories: undefined, allowed }).repository).toBe("Autocoder's default for this project: web");
  });
});

describe("a choice that is not offered any more", () => {
  it.each<[Partial<Knowledge>, RegExp]>([
    [{ choices: { agentType: "crush" } }, /crush is not available, so claude is chosen/],
    [{ choices: { modelOf: "claude", model: "old" } }, /old is not offered any more, so the default/],
    [{ settings: { template: "old" } }, /The template old does not exist any more/],
  ])("is named when it was made earlier: %j", (changes, text) => {
    expect(Object.values(hintsOf(changes)).join()).toMatch(text);
    expect(errorsOf(changes, { repository: "web" })).toEqual({});
  });

  it.each<[Edits, RegExp]>([
    [{ agentType: "crush" }, /crush is not available any more/],
    [{ model: "old" }, /does not offer old any more/],
    [{ template: "old" }, /template old does not exist/],
  ])("is a mistake when it is in the form: %j", (edits, text) => {
    expect(Object.values(errorsOf({}, { repository: "web", ...edits })).join()).toMatch(text);
  });

  it("is a mistake when it is a pipeline, also one of the settings", () => {
    const settings = { pipeline: { enabled: true, pipelineId: 5 } };
    expect(errorsOf({ settings, pipelines: [6] }, { through: "pipeline", repository: "web" }).pipelineId).toMatch(/deleted/);
    expect(errorsOf({ settings }, { through: "pipeline", repository: "web" })).toEqual({});
  });
});

describe("what is remembered", () => {
  const remember = (last: LastChoices, edits: Edits) => choicesAfter(last, edits, formOf(known({ choices: last }), edits));

  it("is what the person changed, and no default", () => {
    expect(remember({}, { instructions: "Keep it" })).toEqual({});
    expect(remember({}, { template: "careful", draft: "never" })).toEqual({ template: "careful", draft: "never" });
    expect(remember({ template: "careful", budgetUsd: "2" }, { budgetUsd: "3" })).toEqual({ template: "careful", budgetUsd: "3" });
  });

  it("keeps branches with their repository, and a model with its agent", () => {
    const first = remember({}, { repository: "web", sourceBranch: "next", targetBranch: "release", model: "large" });
    expect(first).toEqual({ repository: "web", branchesOf: "web", sourceBranch: "next", targetBranch: "release", modelOf: "claude", model: "large" });
    expect(remember(first, { repository: "docs", targetBranch: "old" })).toEqual({
      repository: "docs", branchesOf: "docs", targetBranch: "old", modelOf: "claude", model: "large",
    });
    expect(formOf(known({ choices: first }), {})).toMatchObject({ sourceBranch: "next", model: "large" });
  });

  it("is read without what has the wrong type", () => {
    const stored = { id: "x", repository: 5, draft: true, budgetUsd: "2", instructions: "Keep it", branchesOf: [], createPullRequest: "no" };
    expect(readChoices(stored)).toEqual({ budgetUsd: "2" });
    expect(readEdits({ ...stored, draft: "always" })).toEqual({ budgetUsd: "2", instructions: "Keep it", draft: "always" });
    expect([readEdits(undefined), readEdits("x"), readChoices(null)]).toEqual([{}, {}, {}]);
  });
});

describe("limits", () => {
  it.each([["1000", "1,000"], ["2,5", "2.5"], ["1,000", "1,000"], ["0,500", "0.5"], ["soon", "soon"], ["", ""]])(
    "show the amount %j as %j, as it is understood", (text, shown) => { expect(formatted(text)).toBe(shown); },
  );

  it("count the characters of the instructions as the app does", () => {
    expect(errorsOf({}, { repository: "web", instructions: "😀".repeat(100_000) })).toEqual({});
    expect(errorsOf({}, { repository: "web", instructions: "😀".repeat(100_001) }).instructions).toMatch(/100,000 characters/);
  });
});

describe("requests", () => {
  const form = formOf(known({ settings: { draft: "always" } }), { repository: "web", sourceBranch: "topic" });

  it("name the source branch only where it differs from the target", () => {
    expect(runBody(form, item, "fabrikam")).toMatchObject({ baseBranch: "topic", targetBranch: "main", draft: true });
    expect(runBody({ ...form, sourceBranch: "main" }, item, "fabrikam").baseBranch).toBeNull();
  });

  it.each([["default", null], ["always", true], ["never", false]] as const)("ask for the draft %s as %j", (draft, sent) => {
    expect(runBody({ ...form, draft }, item, "fabrikam").draft).toBe(sent);
  });

  it("ask for no draft without a pull request", () => {
    expect(runBody({ ...form, createPullRequest: false }, item, "fabrikam").draft).toBeNull();
  });

  it("leave empty parameters of a pipeline out", () => {
    expect(pipelineStart(form, item)).toEqual({
      branch: "topic", parameters: { workItemId: "7", agentType: "claude", createPullRequest: "true", targetBranch: "main" },
    });
  });

});
