import { describe, expect, it } from "vitest";

import { mergeSettings, parseSettings } from "../settings";

describe("settings", () => {
  it("takes a project's value over the organization's, field by field", () => {
    const organization = { agentType: "claude-code", model: "large", createPullRequest: true };
    expect(mergeSettings(organization, { agentType: "codex", createPullRequest: false })).toEqual({
      agentType: "codex", model: "large", createPullRequest: false,
    });
  });

  it("inherits again when a field of the project is empty", () => {
    expect(mergeSettings(parseSettings({ model: "large" }), parseSettings({ model: " " }))).toEqual({ model: "large" });
  });

  it("drops what is unknown, empty or of the wrong type", () => {
    const document = {
      id: "organization", __etag: 3, agentType: 7, model: "", template: " short ", createPullRequest: "yes", draft: "sometimes",
      repositoryByArea: [{ areaPath: "A", repository: "r" }, { areaPath: "B" }, "C", { areaPath: "", repository: "" }],
      pipeline: { enabled: true, pipelineId: -1 }, functionKey: "secret",
    };
    expect(parseSettings(document)).toEqual({
      template: "short", repositoryByArea: [{ areaPath: "A", repository: "r" }], pipeline: { enabled: true },
    });
  });

  it.each([undefined, null, "text", 7, []])("reads %j as no settings", (content) => {
    expect(parseSettings(content)).toEqual({});
  });
});
