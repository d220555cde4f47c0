/**
 * Why Azure DevOps gave no result, in plain words, and what a person can do about it.
 *
 * Its own messages begin with a code such as `TF401019`. The codes that a page can meet have a next step of their own;
 * all others have that of their status.
 *
 * @see https://learn.microsoft.com/azure/devops/integrate/concepts/rate-limits
 * @packageDocumentation
 */
import { MAX_ANSWER_MS } from "../http/exchange";
import { waitText } from "../http/wait";

/** A refusal: its status (0: no answer), what Azure DevOps says, and how long it asks to wait. */
export interface Refusal {
  readonly status: number;
  readonly said?: string;
  readonly retryAfterSeconds?: number | undefined;
}

/** The cause, and the next step; each is one sentence or more. */
export interface Explanation {
  readonly reason: string;
  readonly next: string;
}

/** What an administrator has to do when a call that the token does not cover is not answered. */
export const APPROVE = "an administrator has to approve the extension's permissions (Organization settings, Extensions)";
const SIGN_IN = `Reload the page to sign in again. If it happens again, ${APPROVE}.`;
const LATER = "Try again in a minute. If it happens again, look at https://status.dev.azure.com.";

const BY_STATUS: Readonly<Record<number, Explanation>> = {
  401: { reason: "Azure DevOps does not accept your sign-in.", next: SIGN_IN },
  403: { reason: "You do not have the permission for this in Azure DevOps.", next: "Ask an administrator of the project for it." },
  404: {
    reason: "Azure DevOps does not find this, or you are not allowed to see it.",
    next: "Check that it was not deleted, renamed or moved, and that you can open it in Azure DevOps.",
  },
  409: { reason: "Somebody else changed this at the same time.", next: "Reload the page, then try again." },
  412: { reason: "Somebody else changed this at the same time.", next: "Reload the page, then try again." },
  429: { reason: "Azure DevOps limits the requests that you make at present.", next: "" },
};

/** Next steps by the code that Azure DevOps puts before its message. */
const BY_CODE: Readonly<Record<string, string>> = {
  TF200016: "Check the project's name, and that you are a member of the project.",
  TF215106: "Ask an administrator of the pipeline for this permission.",
  TF237111: "Ask an administrator of the project for permission on this area path.",
  TF400733: LATER,
  TF400813: SIGN_IN,
  TF401019: "Check that you can open the repository in Repos; if not, ask its administrator for the permission Read.",
  TF401027: "Ask the repository's administrator for this permission.",
  TF401175: "Check that the branch still exists, or choose another one.",
  TF401180: "Check that you can open the pull request; it may have been deleted.",
  TF401232: "Check that you can open the work item; it may have been deleted or moved.",
  TF50309: "Ask an administrator of the project for this permission.",
  VS30063: SIGN_IN,
  VS800075: "Check the project's name, and that you are a member of the project.",
};

/** The host gave the page no address or token. */
export const NO_SESSION: Explanation = { reason: "Azure DevOps gave this page no access token, so nothing was sent.", next: SIGN_IN };

/** Returns cause and next step of *refusal*. */
export function explain({ status, said = "", retryAfterSeconds }: Refusal): Explanation {
  const known = BY_STATUS[status] ?? other(status);
  const code = /^\s*((?:TF|VS)\d{5,6})\b/.exec(said)?.[1] ?? "";
  const next = status === 429 || retryAfterSeconds !== undefined ? waitText(retryAfterSeconds) : (BY_CODE[code] ?? known.next);
  const quoted = said.trim() && `Azure DevOps says: ${sentence(said)}`;
  return { reason: [known.reason, quoted].filter(Boolean).join(" "), next };
}

/** Returns cause and next step when nothing came back. A call that the token does not cover looks like this to a page. */
export function silence(isLate: boolean): Explanation {
  if (isLate) return { reason: `Azure DevOps gave no answer within ${String(MAX_ANSWER_MS / 1_000)} seconds.`, next: LATER };
  return {
    reason: "Azure DevOps gave no answer.",
    next: `Check your network connection, then try again. If it happens again, ${APPROVE}.`,
  };
}

/** Returns cause and next step of an answer that is no JSON, or has another shape; *difference* says where. */
export function foreign(status: number, difference: string): Explanation {
  if (!difference) return { reason: `Azure DevOps answered with status ${String(status)} and a web page instead of data.`, next: SIGN_IN };
  return {
    reason: `Azure DevOps answered in a form that this page does not know (${difference}).`,
    next: "Try again. If it happens again, ask an administrator to update the extension.",
  };
}

function other(status: number): Explanation {
  if (status >= 500) return { reason: `Azure DevOps has a problem at present (status ${String(status)}).`, next: LATER };
  if (status >= 400) return { reason: `Azure DevOps refused the request (status ${String(status)}).`, next: "" };
  return { reason: "Azure DevOps gave no result.", next: "Reload the page, then try again." };
}

function sentence(text: string): string {
  return /[.!?]$/.test(text.trim()) ? text.trim() : `${text.trim()}.`;
}
