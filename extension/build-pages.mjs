/**
 * Builds the extension's pages into a folder.
 *
 *     EXTENSION_FUNCTION_HOSTS=autocoder.azurewebsites.net node build-pages.mjs [folder]
 */
import path from "node:path";

import { readHosts } from "./build/function-hosts.mjs";
import { buildPages } from "./build/pages.mjs";
import { unpacked } from "./build/paths.mjs";

const folder = path.resolve(process.argv[2] ?? path.join(unpacked, "pages"));
await buildPages(folder, readHosts(process.env.EXTENSION_FUNCTION_HOSTS));
