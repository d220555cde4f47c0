/**
 * Service hook subscriptions: reads, creates and replaces them with the person's own rights.
 *
 * @see https://learn.microsoft.com/rest/api/azure/devops/hooks/subscriptions
 * @packageDocumentation
 */
import type { HookConsumerInputs, HookSubscription } from "../../shared/openapi";

import { AzureDevOpsProblem, request } from "./client";

const API = "api-version=7.1";
const SUBSCRIPTIONS = "_apis/hooks/subscriptions";

/** The states of a subscription in Azure DevOps. */
export type Status = "enabled" | "onProbation" | "disabledByUser" | "disabledBySystem" | "disabledByInactiveIdentity";

/** A subscription of the organisation, as far as the page needs it. */
export interface Subscription {
  readonly id: string;
  readonly status: Status;
  readonly eventType: string;
  readonly publisherInputs: Readonly<Record<string, string | null>>;
  readonly consumerInputs: Readonly<Record<string, string | null>>;
  readonly createdBy?: { readonly displayName?: string };
}

/** What Azure DevOps is asked to create, or to put in place of a subscription. */
export interface SubscriptionBody extends Omit<HookSubscription, "consumerInputs" | "description"> {
  readonly consumerInputs: HookConsumerInputs & { readonly basicAuthPassword: string };
  readonly status: "enabled";
}

/** Why the last failed delivery failed. */
export interface Failure {
  readonly at: string;
  readonly message: string;
}

/** Returns the web hook subscriptions of the organisation that the person may see. Throws `AzureDevOpsProblem`. */
export async function listSubscriptions(): Promise<readonly Subscription[]> {
  const path = `${SUBSCRIPTIONS}?publisherId=tfs&consumerId=webHooks&${API}`;
  return (await request<{ value: Subscription[] }>(path)).value.value;
}

/** Creates a subscription. Throws `AzureDevOpsProblem`. */
export async function createSubscription(body: SubscriptionBody): Promise<Subscription> {
  return (await request<Subscription>(`${SUBSCRIPTIONS}?${API}`, { method: "POST", body })).value;
}

/** Puts *body* in place of the subscription *id*. Throws `AzureDevOpsProblem`. */
export async function replaceSubscription(id: string, body: SubscriptionBody): Promise<Subscription> {
  const path = `${SUBSCRIPTIONS}/${encodeURIComponent(id)}?${API}`;
  return (await request<Subscription>(path, { method: "PUT", body: { ...body, id } })).value;
}

interface Notification {
  readonly createdDate?: string;
  readonly details?: { readonly errorMessage?: string };
}

/** Returns the last failed delivery of a subscription, if there is one. Throws `AzureDevOpsProblem`. */
export async function lastFailure(id: string): Promise<Failure | undefined> {
  const path = `${SUBSCRIPTIONS}/${encodeURIComponent(id)}/notifications?maxResults=1&result=failed&${API}`;
  const [newest] = (await request<{ value: Notification[] }>(path)).value.value;
  const message = newest?.details?.errorMessage;
  return message ? { at: newest.createdDate ?? "", message: withoutAddresses(message) } : undefined;
}

/** Returns the versions of each event type that Azure DevOps supports. Throws `AzureDevOpsProblem`. */
export async function resourceVersions(): Promise<ReadonlyMap<string, readonly string[]>> {
  const path = `_apis/hooks/publishers/tfs/eventtypes?${API}`;
  const { value } = await request<{ value: { id: string; supportedResourceVersions?: string[] }[] }>(path);
  return new Map(value.value.map((type) => [type.id, type.supportedResourceVersions ?? []]));
}

/** Whether *problem* is a refusal for lack of rights. */
export function isRefusal(problem: unknown): boolean {
  return problem instanceof AzureDevOpsProblem && [401, 403].includes(problem.status);
}

// A delivery's address holds the function key.
function withoutAddresses(message: string): string {
  return message.replace(/https?:\/\/[^\s'"]+/gi, "(address)").replace(/\bcode=[^\s&'"]+/gi, "code=(key)");
}
