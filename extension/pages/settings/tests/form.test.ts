import { describe, expect, it } from "vitest";

import { changedFields, problemsOf, rebase, stored, withField } from "../form";

const HOSTS = ["app.example.com", "127.0.0.1:7071"];

describe("the form", () => {
  it("removes a cleared field, so that it is inherited again", () => {
    expect(withField({ model: "large", draft: "always" }, "model", "")).toEqual({ draft: "always" });
    expect(withField({ createPullRequest: true }, "createPullRequest", false)).toEqual({ createPullRequest: false });
    expect(withField({ repositoryByArea: [{ areaPath: "A", repository: "r" }] }, "repositoryByArea", [])).toEqual({});
  });

  it("names the changed fields in the order of the page", () => {
    expect(changedFields({ agentType: "codex" }, { model: "large" })).toEqual(["agentType", "model"]);
    expect(changedFields({ model: "large" }, { model: "large " })).toEqual([]);
    expect(changedFields({}, { repositoryByArea: [{ areaPath: "", repository: "" }] })).toEqual([]);
  });

  it("refuses a function URL whose host the package was not built for", () => {
    expect(problemsOf({ functionUrl: "https://evil.azurewebsites.net" }, HOSTS).functionUrl).toMatch(/app\.example\.com.*not evil/);
    expect(problemsOf({ functionUrl: "http://app.example.com" }, HOSTS).functionUrl).toMatch(/https/);
    expect(problemsOf({ functionUrl: "http://127.0.0.1:7071/" }, HOSTS)).toEqual({});
  });

  it("stores the origin of the function URL, and no empty rows", () => {
    const settings = { functionUrl: " https://app.example.com/api ", repositoryByArea: [{ areaPath: "", repository: "" }] };
    expect(stored(settings, HOSTS)).toEqual({ functionUrl: "https://app.example.com" });
  });

  it("refuses half a row and an area that is there twice", () => {
    expect(problemsOf({ repositoryByArea: [{ areaPath: "A", repository: "" }] }, HOSTS).repositoryByArea).toMatch(/needs an area and a repository/);
    const twice = [{ areaPath: "A\\B", repository: "r" }, { areaPath: "a\\b", repository: "s" }];
    expect(problemsOf({ repositoryByArea: twice }, HOSTS).repositoryByArea).toMatch(/more than once/);
  });

  it("asks for the pipeline when pipelines are switched on", () => {
    expect(problemsOf({ pipeline: { enabled: true } }, HOSTS).pipeline).toMatch(/Choose the pipeline/);
    expect(problemsOf({ pipeline: { enabled: false } }, HOSTS)).toEqual({});
  });

  it("puts my changes over those of somebody else, and names what both changed", () => {
    const base = { agentType: "codex", model: "small" };
    const mine = { agentType: "claude-code", model: "small", draft: "always" as const };
    const theirs = { agentType: "opencode", model: "large", template: "short" };
    expect(rebase(base, mine, theirs)).toEqual({
      settings: { agentType: "claude-code", model: "large", template: "short", draft: "always" },
      overlapping: ["agentType"],
      taken: ["model", "template"],
    });
  });
});
