/**
 * Writes the TypeScript types of the app's HTTP API from its OpenAPI document, which comes on standard input.
 *
 *     python docs/openapi.py | node extension/openapi.mjs [file]
 *
 * @see https://openapi-ts.dev/node
 */
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

import openapiTS, { astToString } from "openapi-typescript";

const here = path.dirname(fileURLToPath(import.meta.url));
const target = path.resolve(process.argv[2] ?? path.join(here, "shared", "openapi.ts"));
const note = "/**\n * The app's HTTP API: generated from `GET /api/openapi.json` by `make docs`.\n *\n * @packageDocumentation\n */\n";
const types = await openapiTS(JSON.parse(await text(process.stdin)), {
  alphabetize: true,
  // A field that has its default is left out of an answer, so it may be missing.
  defaultNonNullable: false,
  rootTypes: true,
  rootTypesNoSchemaPrefix: true,
});
await writeFile(target, note + astToString(types));
