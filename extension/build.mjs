/**
 * Builds the pipelines task into a folder.
 *
 *     node build.mjs [folder]
 */
import path from "node:path";

import { dist } from "./build/paths.mjs";
import { buildTask } from "./build/task.mjs";

await buildTask(path.resolve(process.argv[2] ?? path.join(dist, "task")));
