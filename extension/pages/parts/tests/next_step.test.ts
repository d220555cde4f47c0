import { readFileSync } from "node:fs";

import { expect, it } from "vitest";

import { nextStep } from "../next_step";

// The generated types name every code that the app's routes may answer with.
const TYPES = readFileSync(new URL("../../../shared/openapi.ts", import.meta.url), "utf8");
const CODES = [...new Set([...TYPES.matchAll(/code\?: ((?:"\w+"(?: \| )?)+);/g)].flatMap(([, codes]) => (codes ?? "").match(/\w+/g) ?? []))];
/** Codes for mistakes of the page itself, and of routes that no page asks. */
const NOT_A_PERSONS = ["body_too_large", "invalid_query", "invalid_request", "not_json", "not_verified", "unknown_delivery"];

it("finds the codes", () => {
  expect(CODES).toEqual(expect.arrayContaining(["not_reader", "queue_full", "unknown_run"]));
});

it.each(CODES.filter((code) => !NOT_A_PERSONS.includes(code)))("says what to do about %s", (code) => {
  expect(nextStep({ status: 0, code, message: "It is so." })).toMatch(/\.$/);
});
