/**
 * Times, durations, tokens and costs in words.
 *
 * @packageDocumentation
 */
import type { Run, RunUsage } from "../app/answers";

/** Returns the time from *began* to *ended* (ISO 8601) or *now*, such as `1 min 05 s`; empty without a beginning. */
export function duration(began: string, ended = "", now = Date.now()): string {
  const start = Date.parse(began);
  const end = ended ? Date.parse(ended) : now;
  if (Number.isNaN(start) || Number.isNaN(end)) return "";
  const seconds = Math.max(0, Math.round((end - start) / 1_000));
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor((seconds % 3_600) / 60)];
  const two = (value: number): string => String(value).padStart(2, "0");
  if (hours) return `${String(hours)} h ${two(minutes)} min`;
  return minutes ? `${String(minutes)} min ${two(seconds % 60)} s` : `${String(seconds)} s`;
}

/** Returns the cost so far in US dollars; empty before the first model call, and "cost unknown" without a price. */
export function cost({ costUsd = null, turns = 0 }: RunUsage = {}): string {
  if (costUsd === null) return turns > 0 ? "cost unknown" : "";
  const digits = costUsd < 1 ? 4 : 2;
  return costUsd === 0 && turns === 0 ? "" : `$${costUsd.toFixed(digits)}`;
}

/** Returns the tokens so far; empty before the first model call. */
export function tokens({ inputTokens = 0, cachedTokens = 0, outputTokens = 0 }: RunUsage = {}): string {
  if (inputTokens + cachedTokens + outputTokens === 0) return "";
  const [input, cached, output] = [inputTokens, cachedTokens, outputTokens].map((count) => count.toLocaleString("en-US"));
  return `${input ?? ""} in, ${cached ?? ""} cached, ${output ?? ""} out`;
}

/** Returns *length* characters as a size, such as `3.2 MB`; a character counts as a byte. */
export function size(length: number): string {
  return length < 1_000_000 ? `${String(Math.ceil(length / 1_000))} kB` : `${(length / 1_000_000).toFixed(1)} MB`;
}

/** Returns *iso* as a date and time of the reader's zone; empty when it is none. */
export function dateTime(iso = "", dateStyle: "medium" | "short" = "medium"): string {
  const time = new Date(iso);
  return Number.isNaN(time.getTime()) ? "" : time.toLocaleString(undefined, { dateStyle, timeStyle: "short" });
}

/** Returns how a list calls a run: its work item's number and title, or its id. */
export function runName({ workItemId = null, title, id }: Run): string {
  const number = workItemId === null ? "" : `#${String(workItemId)}`;
  return [number, title].filter(Boolean).join(" ") || `Run ${id}`;
}
