/**
 * A run and its log, as the app's JSON shows them. What is not there or of another type has its default.
 *
 * @packageDocumentation
 */
import type { LogPart, RunRecord, Usage } from "../../shared/openapi";

import { TaskFailure } from "./failure";

type Reported = "id" | "endedAt" | "title" | "reason" | "branch" | "pullRequestId" | "pullRequestUrl" | "workItemUrl";

/** What the task reports of a run. The status may be one that only a newer app knows. */
export interface Run extends Readonly<Required<Pick<RunRecord, Reported>>> {
  readonly status: string;
  readonly usage: Readonly<Required<Pick<Usage, "costUsd">>>;
}

/** The fields of a JSON object that should be a `T`; their values can be anything. */
export type Fields<T> = Readonly<Partial<Record<keyof T, unknown>>>;

/** Returns the run in *json*. Throws `TaskFailure` when that is no run, or its id could not be part of a path. */
export function readRun(json: unknown): Run {
  const found = fieldsOf<RunRecord>(json);
  const id = textOf(found.id);
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(id)) throw new TaskFailure("The app's answer contains no run.");
  const status = textOf(found.status);
  return {
    id,
    status: /^[a-z_]{1,40}$/.test(status) ? status : "queued",
    endedAt: textOf(found.endedAt),
    title: textOf(found.title),
    reason: textOf(found.reason),
    branch: textOf(found.branch),
    pullRequestId: numberOf(found.pullRequestId),
    pullRequestUrl: webAddress(found.pullRequestUrl),
    workItemUrl: webAddress(found.workItemUrl),
    usage: { costUsd: numberOf(fieldsOf<Usage>(found.usage).costUsd) },
  };
}

/** Whether *run* has ended: its status is its outcome. */
export function hasEnded(run: Run): boolean {
  return run.endedAt !== "";
}

/** Returns the part of a log in *json*, which begins at *offset* (bytes). */
export function readLogPart(json: unknown, offset: number): LogPart {
  const found = fieldsOf<LogPart>(json);
  const next = numberOf(found.nextOffset);
  return {
    text: textOf(found.text),
    nextOffset: next !== null && next > offset ? next : offset,
    complete: found.complete === true,
  };
}

/** Returns the fields of a JSON object, or none. */
export function fieldsOf<T>(json: unknown): Fields<T> {
  return Object(json) as Fields<T>; // anything but an object becomes one without these fields
}

/** Returns a string, or an empty one in place of anything else. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function numberOf(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

function webAddress(value: unknown): string {
  const url = textOf(value);
  return /^https?:\/\/[^\s<>"]+$/.test(url) ? url : "";
}
