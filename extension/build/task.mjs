/** Builds the pipelines task: one script, the task library's texts, the task's description and its icon. */
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";

import { build } from "esbuild";

import { root } from "./paths.mjs";

/** Builds the task into *folder* and returns the files that esbuild read. */
export async function buildTask(folder) {
  await mkdir(folder, { recursive: true });
  const result = await build({
    absWorkingDir: root,
    entryPoints: [path.join("task", "src", "main.ts")],
    outfile: path.join(folder, "index.js"),
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    metafile: true,
    logLevel: "warning",
  });
  const library = path.join("node_modules", "azure-pipelines-task-lib");
  const files = [
    [path.join("manifest", "images", "task.png"), "icon.png"],
    [path.join(library, "lib.json"), "lib.json"],
  ];
  for (const [from, to] of files) await copyFile(path.join(root, from), path.join(folder, to));
  const task = JSON.parse(await readFile(path.join(root, "task", "task.json"), "utf8"));
  await writeFile(path.join(folder, "task.json"), `${JSON.stringify(restricted(task), null, 2)}\n`);
  return Object.keys(result.metafile.inputs);
}

/** Returns *task* with the right to set its own outputs, and no other variable, whatever a run's log may contain. */
function restricted(task) {
  const allowed = task.outputVariables.map(({ name }) => name);
  return { ...task, restrictions: { settableVariables: { allowed } } };
}
