/** The licence texts of the packages whose code is bundled. */
import { readFile, readdir } from "node:fs/promises";
import { createRequire } from "node:module";
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
  const { name, version, license, author, main } = JSON.parse(await readFile(path.join(place, "package.json"), "utf8"));
  const names = (await readdir(place)).filter((file) => LICENCES.test(file)).sort();
  const texts = await Promise.all(names.map((file) => readFile(path.join(place, file), "utf8")));
  if (texts.length === 0) texts.push(header(await readFile(createRequire(path.join(place, "package.json")).resolve(`./${main ?? "index.js"}`), "utf8")));
  if (!texts.join("").trim() && license && author) {
    const by = typeof author === "string" ? author : author.name;
    texts.push(`The package has no text of its licence; it declares: ${license}, by ${by}.`);
  }
  if (!texts.join("").trim()) throw new Error(`${name} is bundled, but declares no licence in ${folder}.`);
  const text = texts.map((one) => one.replace(/\r\n/g, "\n").trim()).join("\n\n");
  return `${RULE}\n${name} ${version} (${license})\n${RULE}\n\n${text}\n`;
}

/** Returns the comment at the beginning of *source* if it names a licence, else nothing. */
function header(source) {
  const [comment = ""] = /^\s*\/\*[\s\S]*?\*\//.exec(source) ?? [];
  return /licen[cs]e/i.test(comment) ? comment.trim() : "";
}
