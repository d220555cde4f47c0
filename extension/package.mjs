/**
 * Packages the extension: `<folder>/extension` with its files, and `<folder>/autocoder-<version>.vsix`.
 *
 *     EXTENSION_FUNCTION_HOSTS=autocoder.azurewebsites.net EXTENSION_PUBLISHER=contoso node package.mjs [folder]
 *
 * The file of a package that can call only this machine is named `autocoder-<version>-local.vsix`.
 *
 * @see https://learn.microsoft.com/azure/devops/extend/publish/command-line
 */
import { execFile } from "node:child_process";
import { stat } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";

import { isLoopback, readHosts } from "./build/function-hosts.mjs";
import { dist, root } from "./build/paths.mjs";
import { stage } from "./build/staging.mjs";

const TFX = path.join(root, "node_modules", "tfx-cli", "_build", "tfx-cli.js");

/** Runs tfx and returns what it printed. Throws `Error` with its output when it fails. */
async function tfx(...args) {
  try {
    return await promisify(execFile)(process.execPath, [TFX, ...args, "--no-prompt", "--no-color"]);
  } catch (error) {
    throw new Error(`tfx could not package the extension:\n${error.stdout ?? ""}${error.stderr ?? error.message}`);
  }
}

try {
  const folder = path.resolve(process.argv[2] ?? dist);
  const hosts = readHosts(process.env.EXTENSION_FUNCTION_HOSTS);
  const staging = path.join(folder, "extension");
  const manifest = await stage(staging, hosts, process.env.EXTENSION_PUBLISHER);
  const suffix = hosts.every(isLoopback) ? "-local" : "";
  const file = path.join(folder, `${manifest.id}-${manifest.version}${suffix}.vsix`);
  const manifests = ["--root", staging, "--manifests", "vss-extension.json"];
  await tfx("extension", "create", ...manifests, "--output-path", file);
  const { size } = await stat(file);
  console.log(`${path.relative(process.cwd(), file)} (${(size / 1e6).toFixed(2)} MB)`);
  console.log(`It is the extension ${manifest.publisher}.${manifest.id}, and its pages may call ${hosts.join(", ")} only.`);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
