/**
 * Compares the subscriptions that the app needs with those of the project.
 *
 * @packageDocumentation
 */
import type { HookSubscription } from "../../shared/openapi";
import type { Failure, Subscription, SubscriptionBody } from "../azure_devops/hooks";

/** How a needed subscription is. */
export type Health = "missing" | "healthy" | "probation" | "disabled";

/** A needed subscription, and those of the project that match it, the healthiest first. */
export interface Row {
  readonly wanted: HookSubscription;
  readonly found: readonly Subscription[];
  readonly health: Health;
  readonly failure?: Failure | undefined;
}

/** What an administrator types once, for the subscriptions' address and their basic authentication. */
export interface Secrets {
  readonly functionKey: string;
  readonly password: string;
}

/** A state of a subscription in Azure DevOps: what it means, and what to do about it. */
interface StatusText {
  readonly health: Health;
  readonly reason: (creator: string) => string;
}

const STATUSES: Readonly<Record<string, StatusText>> = {
  enabled: { health: "healthy", reason: () => "" },
  onProbation: {
    health: "probation",
    reason: () => "Deliveries failed, so Azure DevOps makes only single attempts until one succeeds. Correct the cause, then repair it.",
  },
  disabledByUser: {
    health: "disabled",
    reason: () => "Somebody disabled it in Project settings, Service hooks. Repair it to enable it again.",
  },
  disabledBySystem: {
    health: "disabled",
    reason: () => "Azure DevOps disabled it after repeated failures. Correct the cause, then repair it.",
  },
  disabledByInactiveIdentity: {
    health: "disabled",
    reason: (creator) =>
      `It belongs to ${creator}, who is no longer active in the organization. Repair it. If it stays disabled, delete it in ` +
      "Project settings, Service hooks, and create it again, best with the app's identity.",
  },
};
const ORDER: readonly Health[] = ["healthy", "probation", "disabled"];
// Azure DevOps adds these to the filters of a subscription.
const OWN_INPUTS = ["projectid", "tfssubscriptionid", "hostid"];

/** Returns a row for each needed subscription. */
export function compare(wanted: readonly HookSubscription[], found: readonly Subscription[], projectId: string): readonly Row[] {
  return wanted.map((one) => {
    const matching = found.filter((other) => isMatch(one, other, projectId)).sort(byHealth);
    return { wanted: one, found: matching, health: matching[0] ? healthOf(matching[0]) : "missing" };
  });
}

/** Returns the body that creates or repairs a subscription of the project. */
export function subscriptionBody(
  wanted: HookSubscription,
  projectId: string,
  secrets: Secrets,
  versions: readonly string[] = [],
): SubscriptionBody {
  const url = new URL(wanted.consumerInputs.url);
  url.searchParams.set("code", secrets.functionKey);
  return {
    publisherId: wanted.publisherId,
    eventType: wanted.eventType,
    resourceVersion: versionFor(wanted, versions),
    consumerId: wanted.consumerId,
    consumerActionId: wanted.consumerActionId,
    publisherInputs: { ...wanted.publisherInputs, projectId },
    consumerInputs: { ...wanted.consumerInputs, url: url.href, basicAuthPassword: secrets.password },
    status: "enabled",
  };
}

/** Returns why a subscription does not deliver, and what to do; empty for a healthy one. */
export function reasonOf(row: Row): string {
  const [first] = row.found;
  if (!first) return "You can see no such subscription, so these events do not reach Autocoder. Create it.";
  return statusOf(first).reason(first.createdBy?.displayName ?? "its creator");
}

/** Returns the filters of a needed subscription in words, such as `areaPath: Fabrikam\Web`; empty without any. */
export function filtersOf(wanted: HookSubscription): string {
  return Object.entries(filters(wanted.publisherInputs)).map(([name, value]) => `${name}: ${value}`).join(", ");
}

/** Returns an address without its query, which holds the key, and without credentials; empty when it is no address. */
export function withoutQuery(text: string | null | undefined): string {
  const url = text && URL.canParse(text) ? new URL(text) : undefined;
  return url ? url.origin + url.pathname.replace(/\/$/, "") : "";
}

function isMatch(wanted: HookSubscription, found: Subscription, projectId: string): boolean {
  const project = (found.publisherInputs["projectId"] ?? "").toLowerCase();
  return (
    found.eventType.toLowerCase() === wanted.eventType.toLowerCase() &&
    ["", projectId.toLowerCase()].includes(project) && // without a project it covers all of them
    withoutQuery(found.consumerInputs["url"]) === withoutQuery(wanted.consumerInputs.url) &&
    isSameFilter(filters(wanted.publisherInputs), filters(found.publisherInputs))
  );
}

function filters(inputs: Readonly<Record<string, string | null>>): Record<string, string> {
  const set = Object.entries(inputs).filter(([name, value]) => value && !OWN_INPUTS.includes(name.toLowerCase()));
  return Object.fromEntries(set) as Record<string, string>;
}

function isSameFilter(one: Record<string, string>, other: Record<string, string>): boolean {
  const text = (inputs: Record<string, string>): string =>
    JSON.stringify(Object.entries(inputs).map(([name, value]) => [name.toLowerCase(), value.toLowerCase()]).sort());
  return text(one) === text(other);
}

function healthOf(subscription: Subscription): Health {
  return statusOf(subscription).health;
}

/** Returns the words for a state; one that Azure DevOps has added since counts as disabled. */
function statusOf({ status }: Subscription): StatusText {
  const known = Object.hasOwn(STATUSES, status) ? STATUSES[status] : undefined;
  const reason = `Azure DevOps reports the state ${status}, which this page does not know. Look at it in Project settings, Service hooks.`;
  return known ?? { health: "disabled", reason: () => reason };
}

function byHealth(one: Subscription, other: Subscription): number {
  return ORDER.indexOf(healthOf(one)) - ORDER.indexOf(healthOf(other));
}

function versionFor(wanted: HookSubscription, versions: readonly string[]): string {
  if (versions.length === 0 || versions.includes(wanted.resourceVersion)) return wanted.resourceVersion;
  const released = versions.filter((version) => !version.includes("preview"));
  const sorted = [...(released.length ? released : versions)].sort((one, other) => one.localeCompare(other, "en", { numeric: true }));
  return sorted.at(-1) ?? wanted.resourceVersion;
}
