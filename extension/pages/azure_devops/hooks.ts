/**
 * Service hook subscriptions: reads, creates and replaces them with the person's own rights.
 *
 * @see https://learn.microsoft.com/rest/api/azure/devops/hooks/subscriptions
 * @packageDocumentation
 */
import type { HookConsumerInputs, HookSubscription } from "../../shared/openapi";
import { dictionary, list, listOf, nullable, or, record, text } from "../http/shape";

import { AzureDevOpsProblem, request } from "./client";

const API = "api-version=7.1";
const SUBSCRIPTIONS = "_apis/hooks/subscriptions";

/** A subscription of the organisation, as far as the page needs it. */
export interface Subscription {
  readonly id: string;
  /** One of those that Azure DevOps documents, or a newer one. */
  readonly status: string;
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

const INPUTS = dictionary(or(nullable(text), null));
const SUBSCRIPTION = record<Subscription>(
  { id: text, status: text, eventType: text, publisherInputs: INPUTS, consumerInputs: INPUTS },
  { createdBy: record<NonNullable<Subscription["createdBy"]>>({}, { displayName: text }) },
);
const WRITTEN = record<object>({}, {});

/** Returns the web hook subscriptions of the organisation that the person may see. Throws `AzureDevOpsProblem`. */
export async function listSubscriptions(): Promise<readonly Subscription[]> {
  const path = `${SUBSCRIPTIONS}?publisherId=tfs&consumerId=webHooks&${API}`;
  return (await request(path, listOf(SUBSCRIPTION))).value.value;
}

/** Creates a subscription. Throws `AzureDevOpsProblem`. */
export async function createSubscription(body: SubscriptionBody): Promise<void> {
  await request(`${SUBSCRIPTIONS}?${API}`, WRITTEN, { method: "POST", body });
}

/** Puts *body* in place of the subscription *id*. Throws `AzureDevOpsProblem`. */
export async function replaceSubscription(id: string, body: SubscriptionBody): Promise<void> {
  const path = `${SUBSCRIPTIONS}/${encodeURIComponent(id)}?${API}`;
  await request(path, WRITTEN, { method: "PUT", body: { ...body, id } });
}

interface Notification {
  readonly createdDate?: string;
  readonly details?: { readonly errorMessage?: string };
}

const NOTIFICATION = record<Notification>(
  {},
  { createdDate: text, details: record<NonNullable<Notification["details"]>>({}, { errorMessage: text }) },
);

/** Returns the last failed delivery of a subscription, if there is one. Throws `AzureDevOpsProblem`. */
export async function lastFailure(id: string): Promise<Failure | undefined> {
  const path = `${SUBSCRIPTIONS}/${encodeURIComponent(id)}/notifications?maxResults=1&result=failed&${API}`;
  const [newest] = (await request(path, listOf(NOTIFICATION))).value.value;
  const message = newest?.details?.errorMessage;
  return message ? { at: newest.createdDate ?? "", message: withoutAddresses(message) } : undefined;
}

const EVENT_TYPE = record<{ readonly id: string; readonly supportedResourceVersions?: readonly string[] }>(
  { id: text },
  { supportedResourceVersions: list(text) },
);

/** Returns the versions of each event type that Azure DevOps supports. Throws `AzureDevOpsProblem`. */
export async function resourceVersions(): Promise<ReadonlyMap<string, readonly string[]>> {
  const path = `_apis/hooks/publishers/tfs/eventtypes?${API}`;
  const { value } = await request(path, listOf(EVENT_TYPE));
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
