/**
 * Builds the pipelines task into a folder: one script, the task library's texts and the task's description.
 *
 *     node build.mjs [folder]
 */
import { copyFile, mkdir } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const here = path.dirname(fileURLToPath(import.meta.url));
const folder = path.resolve(process.argv[2] ?? path.join(here, "dist", "task"));

await mkdir(folder, { recursive: true });
await build({
  entryPoints: [path.join(here, "task", "src", "main.ts")],
  outfile: path.join(folder, "index.js"),
  bundle: true,
  platform: "node",
  target: "node20",
  format: "cjs",
  logLevel: "warning",
});
await copyFile(path.join(here, "task", "task.json"), path.join(folder, "task.json"));
const texts = path.join(here, "node_modules", "azure-pipelines-task-lib", "lib.json");
await copyFile(texts, path.join(folder, "lib.json"));
