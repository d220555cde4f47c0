/** The extension's folders. */
import path from "node:path";
import { fileURLToPath } from "node:url";

/** The extension's folder. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

/** What the builds write; Git ignores it. */
export const dist = path.join(root, "dist");

/** The unpacked package. */
export const unpacked = path.join(dist, "extension");
