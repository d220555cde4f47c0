/**
 * Starting the run, once for each attempt of the step.
 *
 * @packageDocumentation
 */
import type { RunBody } from "../../shared/openapi";

import { send } from "./app";
import type { Connection } from "./connection";
import { isSettled, untilFinal } from "./patience";
import { refusalOf } from "./refusal";
import { readRun, type Run } from "./run";

/** Starts the run that *body* asks for, or finds the one that an earlier attempt started under the same key. */
export async function startRun(
  app: Connection,
  body: RunBody,
  idempotencyKey: string,
  stop: AbortSignal,
): Promise<Run> {
  const request = { method: "POST", path: "/api/runs", body, idempotencyKey } as const;
  const answer = await untilFinal(() => send(app, request, stop), isSettled, stop);
  if (answer.status !== 202 || answer.json === undefined) throw refusalOf(answer);
  return readRun(answer.json);
}
