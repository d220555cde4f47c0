/**
 * Builds the extension's pages into a folder: for each page one script, one style sheet and one HTML file.
 *
 *     EXTENSION_FUNCTION_HOSTS=autocoder.azurewebsites.net node build-pages.mjs [folder]
 *
 * The hosts are the only ones to which the pages send a person's tokens.
 */
import { access, mkdir, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const here = path.dirname(fileURLToPath(import.meta.url));
const folder = path.resolve(process.argv[2] ?? path.join(here, "dist", "extension", "pages"));
const hosts = (process.env.EXTENSION_FUNCTION_HOSTS ?? "").split(",").map((host) => host.trim()).filter(Boolean);

/** Returns the name and the entry of each page: the folders with a `main.ts` or `main.tsx`. */
async function pages() {
  const found = [];
  for (const name of (await readdir(path.join(here, "pages"))).sort()) {
    for (const file of ["main.tsx", "main.ts"]) {
      const entry = path.join(here, "pages", name, file);
      if (await access(entry).then(() => true, () => false)) found.push({ name, entry });
    }
  }
  return found;
}

const html = (name, hasStyle) => `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Autocoder</title>
${hasStyle ? `<link rel="stylesheet" href="${name}.css">\n` : ""}</head>
<body>
<div id="root"></div>
<script src="${name}.js"></script>
</body>
</html>
`;

await mkdir(folder, { recursive: true });
const found = await pages();
const result = await build({
  entryPoints: Object.fromEntries(found.map(({ name, entry }) => [name, entry])),
  outdir: folder,
  bundle: true,
  minify: true,
  platform: "browser",
  target: "es2022",
  format: "iife",
  jsx: "automatic",
  legalComments: "linked",
  // The fonts of azure-devops-ui are most of the package, and the pages use none of their icons.
  loader: { ".woff": "empty", ".woff2": "empty", ".ttf": "empty", ".eot": "empty" },
  define: { __FUNCTION_HOSTS__: JSON.stringify(hosts), "process.env.NODE_ENV": '"production"' },
  metafile: true,
  logLevel: "warning",
});
const made = Object.keys(result.metafile.outputs).map((file) => path.basename(file));
for (const { name } of found) {
  await writeFile(path.join(folder, `${name}.html`), html(name, made.includes(`${name}.css`)));
}
