import { describe, expect, it, vi } from "vitest";

import { stateOf } from "../pull_requests";

vi.mock("../../host/session", () => ({}));
vi.mock("../../host/services", () => ({}));

describe("the state of a pull request", () => {
  it.each([
    [{ status: "active" }, "Active"],
    [{ status: "active", isDraft: true }, "Draft"],
    [{ status: "active", reviewers: [{ vote: 10 }] }, "Active, 1 approval"],
    [{ status: "active", reviewers: [{ vote: 10 }, { vote: 5 }, {}] }, "Active, 2 approvals"],
    [{ status: "active", reviewers: [{ vote: -5 }] }, "Active, waiting for the author"],
    [{ status: "active", mergeStatus: "conflicts", reviewers: [{ vote: -10 }] }, "Active, conflicts, rejected"],
    [{ status: "completed", reviewers: [{ vote: 10 }] }, "Completed"],
    [{ status: "abandoned", isDraft: true }, "Abandoned"],
  ])("%j is %s", (answer, text) => {
    expect(stateOf(answer)).toBe(text);
  });
});
