/**
 * What a person can do about a problem with a run.
 *
 * @packageDocumentation
 */
import type { Problem } from "../app/client";
import { waitText } from "../http/wait";

const BY_CODE: Readonly<Record<string, string>> = {
  address: "An administrator of the project can correct the function URL (Project settings, Autocoder).",
  not_configured: "Ask the administrator of Autocoder to set it up for Azure Boards.",
  not_signed_in: "Reload the page to sign in again. If that does not help, tell the administrator of Autocoder.",
  not_visible: "Check that you can open the work item; it may have been deleted or moved.",
  not_contributor: "Ask the repository's administrator for the permission Contribute.",
  unknown_run: "The run may have been deleted. Reload the work item to see its runs.",
  run_active: "Follow the run in progress, or cancel it before you start another one.",
  too_late: "Wait for the run to end; you can abandon its pull request.",
  request_gone: "Start a new run from the work item.",
  not_allowed: "Ask the administrator of Autocoder to allow these values, or start a new run with others.",
  queue_full: "Too many runs are waiting.",
};
const BY_STATUS: Readonly<Record<number, string>> = {
  401: "Reload the page to sign in again.",
  403: "Ask the administrator of Autocoder for access.",
  404: "Check the function URL in the project's settings.",
  503: "The app may be starting.",
};
/** Problems whose messages say what to do. */
const SELF_EXPLAINED = ["no_answer", "late", "not_json", "other_shape", "no_tokens", "function_key", "azure_devops", "no_rights", "hook_address"];

/** Returns the next step about *problem*, a sentence or more; empty when the problem's message contains it. */
export function nextStep(problem: Problem): string {
  if (SELF_EXPLAINED.includes(problem.code)) return "";
  const fallback = problem.status >= 500 ? "Try again. If it happens again, tell the administrator of Autocoder." : "";
  const step = BY_CODE[problem.code] ?? BY_STATUS[problem.status] ?? fallback;
  const id = problem.details?.id ? `Give them this id: ${problem.details.id}.` : "";
  return [step, isTemporary(problem) && waitText(problem.retryAfterSeconds), id].filter(Boolean).join(" ");
}

/** Whether the same request may succeed in a while. */
function isTemporary({ status, code, retryAfterSeconds }: Problem): boolean {
  if (retryAfterSeconds !== undefined || code === "queue_full") return true;
  return [429, 503].includes(status) && !(code in BY_CODE);
}
