/**
 * A run and its log, as the app's JSON shows them. What is not there or of another type is empty.
 *
 * @packageDocumentation
 */
import { TaskFailure } from "./failure";

/** A run, as `GET /api/runs/{id}` shows it. */
export interface Run {
  readonly id: string;
  /** The phase; after the end, the outcome. */
  readonly status: string;
  readonly hasEnded: boolean;
  readonly title: string;
  readonly reason: string;
  readonly branch: string;
  readonly pullRequestId: string;
  readonly pullRequestUrl: string;
  readonly workItemUrl: string;
  readonly costUsd: string;
}

/** A piece of a run's log, as `GET /api/runs/{id}/log` shows it; offsets are bytes. */
export interface LogPiece {
  readonly text: string;
  readonly nextOffset: number;
  readonly isComplete: boolean;
}

/** Returns the run in *json*. Throws `TaskFailure` when that is no run, or its id could not be part of a path. */
export function readRun(json: unknown): Run {
  const found = fieldsOf(json);
  const id = textOf(found["id"]);
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(id)) throw new TaskFailure("The app's answer contains no run.");
  const status = textOf(found["status"]);
  return {
    id,
    status: /^[a-z_]{1,40}$/.test(status) ? status : "queued",
    hasEnded: textOf(found["endedAt"]) !== "",
    title: textOf(found["title"]),
    reason: textOf(found["reason"]),
    branch: textOf(found["branch"]),
    pullRequestId: textOf(found["pullRequestId"]),
    pullRequestUrl: webAddress(found["pullRequestUrl"]),
    workItemUrl: webAddress(found["workItemUrl"]),
    costUsd: textOf(fieldsOf(found["usage"])["costUsd"]),
  };
}

/** Returns the piece of a log in *json*, which begins at *offset*. */
export function readLogPiece(json: unknown, offset: number): LogPiece {
  const found = fieldsOf(json);
  const next = found["nextOffset"];
  return {
    text: textOf(found["text"]),
    nextOffset: typeof next === "number" && next > offset ? next : offset,
    isComplete: found["complete"] === true,
  };
}

/** Returns the fields of a JSON object, or none. */
export function fieldsOf(json: unknown): Record<string, unknown> {
  return typeof json === "object" && json !== null ? (json as Record<string, unknown>) : {};
}

/** Returns a string or number as text, anything else as an empty one. */
export function textOf(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

function webAddress(value: unknown): string {
  const url = textOf(value);
  return /^https?:\/\/[^\s<>"]+$/.test(url) ? url : "";
}
