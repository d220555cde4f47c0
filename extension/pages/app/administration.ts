/**
 * What an administrator asks the app for with a function key.
 *
 * @packageDocumentation
 */
import type { HookSubscription } from "../../shared/openapi";

import { DOCTOR_REPORT, HOOKS, type DoctorReport } from "./answers";
import { send, type Answer } from "./client";

/** Status of the doctor's report when a check failed. */
const ATTENTION = 503;

/** Returns what the doctor of the app at *address* says; failed checks are a result, not a problem. */
export function readDoctor(address: string, functionKey: string): Promise<Answer<DoctorReport>> {
  return send(address, { path: "/api/doctor", functionKey, shape: DOCTOR_REPORT, resultStatus: ATTENTION });
}

/** Returns the subscriptions that the app needs in each project. */
export async function listWantedSubscriptions(address: string, functionKey: string): Promise<Answer<readonly HookSubscription[]>> {
  const answer = await send(address, { path: "/api/hooks/subscriptions", functionKey, shape: HOOKS });
  return "value" in answer ? { value: answer.value.value } : answer;
}
