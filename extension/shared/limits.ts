/**
 * Limits of the app's HTTP API: generated from `GET /api/openapi.json` by `make docs`.
 *
 * @packageDocumentation
 */

/** Longest texts of a request for a run, in characters (Unicode code points). */
export const MAX_LENGTHS = {
  additionalContext: 100_000,
  systemPrompt: 100_000,
  userPrompt: 100_000,
} as const;
