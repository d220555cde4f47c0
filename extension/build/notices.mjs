/** The licence texts of the packages whose code is bundled. */
import { readFile, readdir } from "node:fs/promises";
import path from "node:path";

import { root } from "./paths.mjs";

const LICENCES = /^(licen[cs]e|copying|notice|copyrightnotice|thirdpartynotices?)(\.|$)/i;
const PACKAGE = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/;
const RULE = "-".repeat(80);

/** Returns the notices for *files*, the files that went into the bundles. Throws `Error` for a package without a text. */
export async function notices(files) {
  const folders = new Set(files.map((file) => PACKAGE.exec(file)?.[0]).filter(Boolean));
  const found = await Promise.all([...folders].map(notice));
  const texts = [...new Set(found)].sort();
  return `Autocoder contains code of the following packages.\n\n${texts.join("\n")}`;
}

async function notice(folder) {
  const place = path.join(root, folder);
  const { name, version, license } = JSON.parse(await readFile(path.join(place, "package.json"), "utf8"));
  const names = (await readdir(place)).filter((file) => LICENCES.test(file)).sort();
  if (names.length === 0) throw new Error(`${name} is bundled, but has no licence text in ${folder}.`);
  const texts = await Promise.all(names.map((file) => readFile(path.join(place, file), "utf8")));
  const text = texts.map((one) => one.replace(/\r\n/g, "\n").trim()).join("\n\n");
  return `${RULE}\n${name} ${version} (${license})\n${RULE}\n\n${text}\n`;
}
