/**
 * Builds the unpacked extension into a folder, as the local Azure DevOps serves it and as it is packaged.
 *
 *     EXTENSION_FUNCTION_HOSTS=127.0.0.1:7071 node stage.mjs [folder]
 */
import path from "node:path";

import { readHosts } from "./build/function-hosts.mjs";
import { unpacked } from "./build/paths.mjs";
import { stage } from "./build/staging.mjs";

try {
  const hosts = readHosts(process.env.EXTENSION_FUNCTION_HOSTS);
  await stage(path.resolve(process.argv[2] ?? unpacked), hosts, process.env.EXTENSION_PUBLISHER);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
