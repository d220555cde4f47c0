/**
 * Writes the TypeScript types of the app's HTTP API, and the limits that types cannot express, from its OpenAPI
 * document, which comes on standard input.
 *
 *     python docs/openapi.py | node extension/openapi.mjs [folder]
 *
 * @see https://openapi-ts.dev/node
 */
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

import openapiTS, { astToString } from "openapi-typescript";

const here = path.dirname(fileURLToPath(import.meta.url));
const folder = path.resolve(process.argv[2] ?? path.join(here, "shared"));
const note = (what) => `/**\n * ${what}: generated from \`GET /api/openapi.json\` by \`make docs\`.\n *\n * @packageDocumentation\n */\n`;
const document = JSON.parse(await text(process.stdin));
const types = await openapiTS(document, {
  alphabetize: true,
  // A field that has its default is left out of an answer, so it may be missing.
  defaultNonNullable: false,
  rootTypes: true,
  rootTypesNoSchemaPrefix: true,
});
await writeFile(path.join(folder, "openapi.ts"), note("The app's HTTP API") + astToString(types));

const fields = Object.entries(document.components.schemas.RunBody.properties);
const lengths = fields.flatMap(([name, { anyOf = [] }]) => anyOf.map(({ maxLength }) => [name, maxLength])).filter(([, length]) => length);
const rows = lengths.map(([name, length]) => `  ${name}: ${length.toLocaleString("en").replaceAll(",", "_")},\n`).sort();
const limits = `/** Longest texts of a request for a run, in characters (Unicode code points). */\nexport const MAX_LENGTHS = {\n${rows.join("")}} as const;\n`;
await writeFile(path.join(folder, "limits.ts"), `${note("Limits of the app's HTTP API")}\n${limits}`);
