import type { HookSubscription } from "../../../shared/openapi";
import type { Subscription } from "../../azure_devops/hooks";

export const PROJECT = "11111111-1111-4111-8111-111111111111";
export const HOOK_URL = "https://app.example.com/api/hooks/azure-devops";

export function wanted(eventType = "workitem.updated", publisherInputs: Record<string, string> = {}): HookSubscription {
  return {
    eventType,
    resourceVersion: "1.0",
    publisherId: "tfs",
    consumerId: "webHooks",
    consumerActionId: "httpRequest",
    publisherInputs,
    consumerInputs: { url: HOOK_URL, basicAuthUsername: "autocoder", resourceDetailsToSend: "all", messagesToSend: "none", detailedMessagesToSend: "none" },
    description: `On ${eventType}`,
  };
}

export function subscription(change: Partial<Subscription> = {}): Subscription {
  return {
    id: "s1",
    status: "enabled",
    eventType: "workitem.updated",
    publisherInputs: { projectId: PROJECT, hostId: "h", tfsSubscriptionId: "t", areaPath: "" },
    consumerInputs: { url: `${HOOK_URL}?code=old-key`, basicAuthPassword: "********" },
    createdBy: { displayName: "Norma" },
    ...change,
  };
}
