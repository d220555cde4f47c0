/**
 * Why there is no usable answer of the app, each with what to do about it.
 *
 * @packageDocumentation
 */
import { MAX_ANSWER_MS } from "../http/exchange";

import type { Problem } from "./client";

const CHECK_URL = "Check the function URL in the project's settings (Project settings, Autocoder).";

/** Returns the problem of an app that cannot be reached, or whose answers the browser does not let this page read. */
export function noAnswer(origin: string): Problem {
  const message =
    `${origin} gives no answer to this page. Check that the app runs, and that its CORS setting allows ` +
    "this extension's origin; then try again.";
  return { status: 0, code: "no_answer", message };
}

/** Returns the problem of an app that takes too long. */
export function lateAnswer(origin: string): Problem {
  const message =
    `${origin} gave no answer within ${String(MAX_ANSWER_MS / 1_000)} seconds. The app may be starting: try again in a minute. ` +
    "If it happens again, tell the administrator of Autocoder.";
  return { status: 0, code: "late", message };
}

/** Returns the problem of an answer that no Autocoder gives: a web page, or anything else. */
export function notTheApp(status: number, origin: string, isPage: boolean): Problem {
  const kind = isPage ? "no JSON but a web page (HTML)" : "no JSON of Autocoder's";
  const message = `${origin} answered with status ${String(status)} and ${kind}, so it may not be Autocoder, or not be ready yet. ${CHECK_URL}`;
  return { status, code: "not_json", message };
}

/** Returns the problem of JSON that has another shape; *difference* says where. */
export function otherShape(origin: string, difference: string): Problem {
  const message =
    `${origin} answered in a form that this page does not know (${difference}), so it may not be Autocoder, or a version ` +
    `that does not fit this extension. ${CHECK_URL} If it is right, ask the administrator of Autocoder to update the app and the extension.`;
  return { status: 0, code: "other_shape", message };
}

/** Returns the problem of a host that gives the page no tokens. */
export function noTokens(): Problem {
  const message =
    "Azure DevOps gave this page no access token, so nothing was sent. Reload the page to sign in again. If that does not " +
    "help, an administrator has to approve the extension's permissions (Organization settings, Extensions).";
  return { status: 0, code: "no_tokens", message };
}

/** Returns the problem of a function key that the app does not accept. */
export function wrongKey(origin: string): Problem {
  const message =
    `${origin} does not accept this function key. Copy a host key of the function app: ` +
    "Azure portal, the function app, App keys, Host keys.";
  return { status: 401, code: "function_key", message };
}
