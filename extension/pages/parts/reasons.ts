/**
 * What was thrown, as a problem for people.
 *
 * @packageDocumentation
 */
import type { Problem } from "../app/client";
import { asAzureDevOpsProblem } from "../azure_devops/client";

/** Returns what Azure DevOps or the host threw as a problem; *failure* is the sentence about what failed. */
export function toProblem(thrown: unknown, failure: string): Problem {
  const { status, message, retryAfterSeconds } = asAzureDevOpsProblem(thrown);
  const wait = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
  return { status, code: "azure_devops", message: `${failure} ${sentence(message)}`, ...wait };
}

/** Returns the message of what was thrown: an error, or an object that the host sent in place of one. */
export function reasonOf(thrown: unknown): string {
  const { message } = Object(thrown) as { message?: unknown };
  return sentence(typeof message === "string" && message.trim() ? message : "Azure DevOps gave no reason");
}

/** Returns *text* with a full stop, unless it ends like a sentence. */
export function sentence(text: string): string {
  return /[.!?]$/.test(text.trim()) ? text.trim() : `${text.trim()}.`;
}
