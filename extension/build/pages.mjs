/** Builds the extension's pages: for each one script, one style sheet and one HTML file. */
import { access, mkdir, readdir, writeFile } from "node:fs/promises";
import path from "node:path";

import { build } from "esbuild";

import { root } from "./paths.mjs";

/** Builds the pages, which may call *hosts* only, into *folder*, and returns the files that esbuild read. */
export async function buildPages(folder, hosts) {
  await mkdir(folder, { recursive: true });
  const found = await entries();
  const result = await build({
    absWorkingDir: root,
    entryPoints: found,
    outdir: folder,
    bundle: true,
    minify: true,
    platform: "browser",
    target: "es2022",
    format: "iife",
    jsx: "automatic",
    legalComments: "linked",
    define: { __FUNCTION_HOSTS__: JSON.stringify(hosts), "process.env.NODE_ENV": '"production"' },
    metafile: true,
    logLevel: "warning",
  });
  const made = Object.keys(result.metafile.outputs).map((file) => path.basename(file));
  for (const name of Object.keys(found)) {
    await writeFile(path.join(folder, `${name}.html`), html(name, made.includes(`${name}.css`)));
  }
  return Object.keys(result.metafile.inputs);
}

/** Returns the entry of each page: of the folders with a `main.ts` or `main.tsx`. */
async function entries() {
  const found = {};
  for (const name of (await readdir(path.join(root, "pages"))).sort()) {
    for (const file of ["main.tsx", "main.ts"]) {
      const entry = path.join(root, "pages", name, file);
      if (await access(entry).then(() => true, () => false)) found[name] = entry;
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
