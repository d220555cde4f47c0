import { beforeEach, describe, expect, it, vi } from "vitest";

import { findBranches, hasBranch, listRepositories, MAX_BRANCHES } from "../repositories";

const request = vi.hoisted(() => vi.fn());
vi.mock("../client", () => ({ request }));

const REPOSITORY = { id: "r", name: "web", projectId: "p", defaultBranch: "main" };
const refs = (names: readonly string[], continuation = "") => ({ value: { value: names.map((name) => ({ name })) }, continuation });

beforeEach(() => { request.mockReset(); });

describe("listRepositories", () => {
  it("leaves out disabled ones, and sorts the others", async () => {
    const project = { id: "p" };
    request.mockResolvedValue({ value: { value: [
      { id: "2", name: "web", project, defaultBranch: "refs/heads/main" }, { id: "1", name: "docs", project },
      { id: "3", name: "old", project, isDisabled: true },
    ] } });
    expect((await listRepositories("A & B")).map(({ name, defaultBranch }) => [name, defaultBranch])).toEqual([["docs", ""], ["web", "main"]]);
    expect(request.mock.calls[0]![0]).toBe("A%20%26%20B/_apis/git/repositories?api-version=7.1");
  });
});

describe("findBranches", () => {
  it("searches on the server", async () => {
    request.mockResolvedValue(refs(["refs/heads/release/(v2)"]));
    expect(await findBranches(REPOSITORY, "a&b=ö")).toEqual({ names: ["release/(v2)"], hasMore: false });
    expect(request.mock.calls[0]![0]).toBe(
      `p/_apis/git/repositories/r/refs?filter=heads/&filterContains=a%26b%3D%C3%B6&$top=${String(MAX_BRANCHES)}&api-version=7.1`,
    );
  });

  it.each([[refs(["refs/heads/a"], "next")], [refs(Array.from({ length: MAX_BRANCHES }, (_, index) => `refs/heads/${String(index)}`))]])(
    "says that there are more", async (answer) => {
      request.mockResolvedValue(answer);
      expect((await findBranches(REPOSITORY, "")).hasMore).toBe(true);
    },
  );
});

describe("hasBranch", () => {
  it("is not fooled by a branch whose name begins the same", async () => {
    request.mockResolvedValue(refs(["refs/heads/main2"]));
    expect(await hasBranch(REPOSITORY, "main")).toBe(false);
  });

  it("reads no more of thousands of names than it needs", async () => {
    request.mockResolvedValueOnce(refs(["refs/heads/t1"], "a b")).mockResolvedValueOnce(refs(["refs/heads/t"], "more"));
    expect(await hasBranch(REPOSITORY, "t")).toBe(true);
    const filter = `p/_apis/git/repositories/r/refs?filter=heads%2Ft&$top=${String(MAX_BRANCHES)}`;
    expect(request.mock.calls.map(([path]) => path as unknown)).toEqual([`${filter}&api-version=7.1`, `${filter}&continuationToken=a%20b&api-version=7.1`]);
  });
});
