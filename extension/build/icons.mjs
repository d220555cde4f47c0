/**
 * Draws the icons: each SVG of manifest/icons as a PNG of its own size in manifest/images. The Marketplace takes no SVG.
 *
 *     node build/icons.mjs [browser]
 *
 * @see https://learn.microsoft.com/azure/devops/extend/develop/manifest
 */
import { mkdir, readdir, readFile } from "node:fs/promises";
import path from "node:path";

import { chromium } from "playwright-core";

import { root } from "./paths.mjs";

const from = path.join(root, "manifest", "icons");
const to = path.join(root, "manifest", "images");

await mkdir(to, { recursive: true });
const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
const browser = await chromium.launch({ executablePath: process.argv[2] ?? "/usr/bin/chromium", args });
const page = await browser.newPage();
for (const file of (await readdir(from)).filter((name) => name.endsWith(".svg"))) {
  const svg = await readFile(path.join(from, file), "utf8");
  await page.setContent(`<style>body { margin: 0 } svg { display: block }</style>${svg}`);
  const image = path.join(to, file.replace(/svg$/, "png"));
  await page.locator("svg").screenshot({ path: image, omitBackground: true });
}
await browser.close();
