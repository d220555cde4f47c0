import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { beforeEach, describe, expect, it, vi } from "vitest";

import task from "../task.json";
import { outputsOf } from "../src/conclude";
import { MAX_LINE_LENGTH, oneLine } from "../src/console";
import { RunLog } from "../src/log";
import { refusalOf } from "../src/refusal";
import { readLogPart, readRun } from "../src/run";
import { summaryOf } from "../src/summary";
import { printed, reset } from "./library";

vi.mock("azure-pipelines-task-lib/task", async () => (await import("./library")).library);
beforeEach(reset);

const ENDED = {
  id: "r1",
  status: "completed",
  endedAt: "2026-01-01T00:00:00Z",
  title: "Fix [it](javascript:x)",
  reason: "<b>##vso[task.complete]</b>\nsecond",
  branch: "autocoder/1-fix",
  pullRequestId: 7,
  pullRequestUrl: "https://dev.azure.com/o/p/_git/r/pullrequest/7",
  workItemUrl: "javascript:alert(1)",
  usage: { costUsd: 1.234 },
};

describe("a line from outside", () => {
  it("has no control, format or colour sequences", () => {
    expect(oneLine("\u001b[31mred\u001b[0m a\u200bb\rc\u00add\u2028e\t")).toBe("red a b c d e");
  });

  it("is cut where it is longer than a console needs", () => {
    expect(oneLine("x".repeat(MAX_LINE_LENGTH + 1))).toHaveLength(MAX_LINE_LENGTH + " ... (cut)".length);
  });
});

describe("the log", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "autocoder-log-"));

  it("prints whole lines only, each behind a character of ours, and keeps every character", () => {
    const file = path.join(folder, "deeper", "autocoder.log");
    const log = new RunLog(file);
    for (const piece of ["one\r\n##v", "so[task.x]\n##[err", "or]z"]) log.add(piece);
    log.end();
    expect(printed).toEqual(["| one\n", "| ##vso[task.x]\n", "| ##[error]z\n"]);
    expect(readFileSync(file, "utf8")).toBe("one\r\n##vso[task.x]\n##[error]z");
    rmSync(folder, { recursive: true });
  });
});

describe("a run", () => {
  it("has an id that can be part of a path", () => {
    expect(() => readRun({ id: "../x" })).toThrow("no run");
    expect(() => readRun("<html>")).toThrow("no run");
  });

  it("sets the output variables that task.json describes", () => {
    const outputs = outputsOf(readRun(ENDED));
    expect(outputs).toMatchObject({ pullRequestId: "7", costUsd: "1.234", outcome: "completed" });
    expect(task.outputVariables.map((one) => one.name).sort()).toEqual(Object.keys(outputs).sort());
  });

  it("reads a log's offsets forwards only", () => {
    expect(readLogPart({ text: "a", nextOffset: 3, complete: true }, 5)).toMatchObject({ nextOffset: 5 });
  });
});

describe("the summary", () => {
  const summary = summaryOf(readRun(ENDED));

  it("links the pull request and shows the cost", () => {
    expect(summary).toContain("[!7](https://dev.azure.com/o/p/_git/r/pullrequest/7)");
    expect(summary).toContain("1.23 US dollars");
  });

  it("shows text from outside as text", () => {
    expect(summary).not.toMatch(/<b>|javascript:|##vso/);
    expect(summary.trimEnd().split("\n").every((line) => line.startsWith("- "))).toBe(true);
  });
});

describe("a refusal", () => {
  it("names inputs, and what the app does not support yet", () => {
    const problems = [
      { field: "baseBranch", message: "unknown field" },
      { field: "workItemId", message: "must be greater than 0" },
    ];
    const error = { code: "invalid_request", message: "m", details: { problems } };
    const { detail } = refusalOf({ status: 400, json: { error }, reason: "" });
    expect(detail).toBe(
      "sourceBranch: not supported yet by this version of the app; workItemId: must be greater than 0",
    );
  });

  it("tells a wrong key and a wrong address apart", () => {
    expect(refusalOf({ status: 401, reason: "" }).message).toContain("host key");
    expect(refusalOf({ status: 404, reason: "" }).message).toContain("does not lead to an Autocoder app");
  });
});
