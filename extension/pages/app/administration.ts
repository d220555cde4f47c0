/**
 * Requests to the app with a function key that an administrator typed. The key goes into one header, and is kept nowhere.
 *
 * @packageDocumentation
 */
import type { DoctorReport, ErrorContent, HookSubscription, HookSubscriptionList } from "../../shared/openapi";

import { checkAddress } from "./address";
import { type Answer, MAX_ANSWER_MS, noAnswer, notTheApp } from "./client";

/** Returns what the doctor of the app at *address* says; failed checks are a result, not a problem. */
export async function readDoctor(address: string, functionKey: string): Promise<Answer<DoctorReport>> {
  return get(address, "/api/doctor", functionKey, (json) => Array.isArray((json as Partial<DoctorReport>).checks));
}

/** Returns the subscriptions that the app needs in each project. */
export async function listWantedSubscriptions(address: string, functionKey: string): Promise<Answer<readonly HookSubscription[]>> {
  const isList = (json: object): boolean => Array.isArray((json as { value?: unknown }).value);
  const answer = await get<HookSubscriptionList>(address, "/api/hooks/subscriptions", functionKey, isList);
  return "value" in answer ? { value: answer.value.value } : answer;
}

async function get<T>(address: string, path: string, functionKey: string, isResult: (json: object) => boolean): Promise<Answer<T>> {
  const checked = checkAddress(address);
  if ("reason" in checked) return { problem: { status: 0, code: "address", message: checked.reason } };
  try {
    const response = await fetch(checked.origin + path, {
      headers: { Accept: "application/json", "x-functions-key": functionKey },
      redirect: "error", // the key is for this host alone
      credentials: "omit",
      cache: "no-store",
      signal: AbortSignal.timeout(MAX_ANSWER_MS),
    });
    return read<T>(response.status, await response.text(), checked.origin, isResult);
  } catch {
    return { problem: noAnswer(checked.origin) };
  }
}

function read<T>(status: number, text: string, origin: string, isResult: (json: object) => boolean): Answer<T> {
  if (status === 401) return { problem: wrongKey(origin) };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { problem: notTheApp(status, origin) };
  }
  if (typeof json !== "object" || json === null) return { problem: notTheApp(status, origin) };
  if (isResult(json)) return { value: json as T };
  const { error } = json as { error?: ErrorContent };
  return { problem: error ? { status, ...error } : notTheApp(status, origin) };
}

function wrongKey(origin: string): { status: number; code: string; message: string } {
  const message =
    `${origin} does not accept this function key. Copy a host key of the function app: ` +
    "Azure portal, the function app, App keys, Host keys.";
  return { status: 401, code: "function_key", message };
}
