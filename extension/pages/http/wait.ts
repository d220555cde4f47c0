/**
 * How long to wait, in words.
 *
 * @packageDocumentation
 */

/** Returns the advice to wait *seconds*, or a minute when it is not known how long, and to try again. */
export function waitText(seconds: number | undefined): string {
  if (seconds === undefined) return "Wait a minute, then try again.";
  if (seconds < 120) return `Wait ${String(seconds)} ${seconds === 1 ? "second" : "seconds"}, then try again.`;
  return `Wait ${String(Math.ceil(seconds / 60))} minutes, then try again.`;
}
