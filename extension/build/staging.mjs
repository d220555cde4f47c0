/** Puts together what the package contains: manifest, overview with its pictures, icons, pages, task and licences. */
import { copyFile, cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";

import { notices } from "./notices.mjs";
import { buildPages } from "./pages.mjs";
import { root } from "./paths.mjs";
import { buildTask } from "./task.mjs";

const PICTURE = /\]\((\.\.\/[^)\s]+\/([^/)\s]+\.png))\)/g;

/** Writes the unpacked extension to *folder* and returns its manifest. Throws `Error` for a wrong *publisher*. */
export async function stage(folder, hosts, publisher) {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const source = path.join(root, "manifest");
  await cp(path.join(source, "images"), path.join(folder, "images"), { recursive: true });
  await copyOverview(source, folder);
  await copyFile(path.join(root, "..", "LICENSE"), path.join(folder, "LICENSE.md"));
  const bundled = [
    ...(await buildPages(path.join(folder, "pages"), hosts)),
    ...(await buildTask(path.join(folder, "AutocoderV1"))),
  ];
  await writeFile(path.join(folder, "ThirdPartyNotices.txt"), await notices(bundled));
  return writeManifest(source, folder, publisher);
}

/** Copies the overview and the pictures that it shows; they are those of the repository's documents. */
async function copyOverview(source, folder) {
  const text = await readFile(path.join(source, "overview.md"), "utf8");
  for (const [, from, name] of text.matchAll(PICTURE)) {
    await copyFile(path.join(source, from), path.join(folder, "images", name));
  }
  await writeFile(path.join(folder, "overview.md"), text.replace(PICTURE, "](images/$2)"));
}

async function writeManifest(source, folder, publisher) {
  const manifest = JSON.parse(await readFile(path.join(source, "vss-extension.json"), "utf8"));
  if (publisher) manifest.publisher = checkedPublisher(publisher);
  await writeFile(path.join(folder, "vss-extension.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}

function checkedPublisher(publisher) {
  if (/^[A-Za-z0-9][A-Za-z0-9-]*$/.test(publisher)) return publisher;
  throw new Error(`'${publisher}' is not the id of a publisher: letters, digits and hyphens, as in the publisher portal.`);
}
