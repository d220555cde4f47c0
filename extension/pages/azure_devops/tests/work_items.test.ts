import { describe, expect, it, vi } from "vitest";

import { codeLinks, readWorkItems } from "../work_items";

const request = vi.hoisted(() => vi.fn());
vi.mock("../client", () => ({ request }));

describe("codeLinks", () => {
  it("puts branches before pull requests before commits", () => {
    const links = codeLinks([
      "vstfs:///Git/Commit/p%2Fr3%2F0a1b", "vstfs:///Git/PullRequestId/p%2Fr2%2F12", "vstfs:///Git/Ref/p%2Fr1%2FGBfeature%2Fgr%C3%B6%C3%9Fe",
    ]);
    expect(links).toEqual([
      { projectId: "p", repositoryId: "r1", branch: "feature/größe" },
      { projectId: "p", repositoryId: "r2", branch: "" },
      { projectId: "p", repositoryId: "r3", branch: "" },
    ]);
  });

  it("takes no branch from a link to a tag", () => {
    expect(codeLinks(["vstfs:///Git/Ref/p%2Fr%2FGTv1"])[0]?.branch).toBe("");
  });

  it.each(["", "https://example.com", "vstfs:///Git/Ref/", "vstfs:///Git/Ref/p%2Fr", "vstfs:///Git/Ref/%E0%A4%A", "vstfs:///Build/Build/5"])(
    "ignores %j", (url) => { expect(codeLinks([url])).toEqual([]); },
  );
});

describe("readWorkItems", () => {
  it("keeps the order of the ids, and marks those that are missing", async () => {
    const answer = { id: 2, fields: { "System.Title": "Two", "System.WorkItemType": 5 } };
    request.mockResolvedValue({ value: { value: [null, answer] } });
    const items = await readWorkItems([9, 2]);
    expect(items.map(({ id, isMissing, title, type }) => [id, isMissing, title, type])).toEqual([[9, true, "", ""], [2, false, "Two", ""]]);
    expect(request.mock.calls[0]![0]).toBe("_apis/wit/workitems?ids=9,2&$expand=relations&errorPolicy=omit&api-version=7.1");
  });
});
