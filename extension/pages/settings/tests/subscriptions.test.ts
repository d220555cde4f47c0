import { describe, expect, it } from "vitest";

import { compare, filtersOf, reasonOf, subscriptionBody, withoutQuery } from "../subscriptions";

import { HOOK_URL, PROJECT, subscription, wanted } from "./samples";

const SECRETS = { functionKey: "k+y", password: "p" };

function health(...found: Parameters<typeof compare>[1]) {
  return compare([wanted()], found, PROJECT)[0]!.health;
}

describe("matching", () => {
  it("finds a subscription by event type, filters and address without its query", () => {
    expect(health(subscription())).toBe("healthy");
    expect(health(subscription({ consumerInputs: { url: `${HOOK_URL}/?code=another` } }))).toBe("healthy");
  });

  it("does not take one of another event, project, address or filter", () => {
    expect(health(subscription({ eventType: "workitem.created" }))).toBe("missing");
    expect(health(subscription({ publisherInputs: { projectId: "22222222-2222-4222-8222-222222222222" } }))).toBe("missing");
    expect(health(subscription({ consumerInputs: { url: "https://other.example.com/api/hooks/azure-devops" } }))).toBe("missing");
    expect(health(subscription({ publisherInputs: { projectId: PROJECT, areaPath: "Fabrikam\\Web" } }))).toBe("missing");
    expect(health(subscription({ consumerInputs: {} }))).toBe("missing");
  });

  it("takes one that covers all projects", () => {
    expect(health(subscription({ publisherInputs: {} }))).toBe("healthy");
  });

  it("compares filters without regard to case and order", () => {
    const one = wanted("workitem.updated", { areaPath: "Fabrikam", workItemType: "Bug" });
    const other = subscription({ publisherInputs: { workItemType: "bug", areaPath: "fabrikam", projectId: PROJECT } });
    expect(compare([one], [other], PROJECT)[0]!.health).toBe("healthy");
    expect(filtersOf(one)).toBe("areaPath: Fabrikam, workItemType: Bug");
  });
});

describe("health", () => {
  it.each([
    ["onProbation", "probation", /single attempts/],
    ["disabledByUser", "disabled", /Somebody disabled it/],
    ["disabledBySystem", "disabled", /repeated failures/],
    ["disabledByInactiveIdentity", "disabled", /belongs to Norma/],
  ] as const)("tells %s and what to do", (status, expected, reason) => {
    const [row] = compare([wanted()], [subscription({ status })], PROJECT);
    expect(row!.health).toBe(expected);
    expect(reasonOf(row!)).toMatch(reason);
  });

  it("takes a state that it does not know for a disabled one", () => {
    const [row] = compare([wanted()], [subscription({ status: "paused" })], PROJECT);
    expect(row!.health).toBe("disabled");
    expect(reasonOf(row!)).toMatch(/paused/);
  });

  it("counts the healthiest of several that match", () => {
    const [row] = compare([wanted()], [subscription({ status: "disabledByUser" }), subscription({ id: "s2" })], PROJECT);
    expect(row!.health).toBe("healthy");
    expect(row!.found.map(({ id }) => id)).toEqual(["s2", "s1"]);
  });
});

describe("the body", () => {
  it("adds the project, the key and the password", () => {
    const body = subscriptionBody(wanted("workitem.updated", { areaPath: "A" }), PROJECT, SECRETS);
    expect(body.publisherInputs).toEqual({ areaPath: "A", projectId: PROJECT });
    expect(body.consumerInputs).toEqual({
      ...wanted().consumerInputs, url: `${HOOK_URL}?code=k%2By`, basicAuthPassword: "p",
    });
    expect(body.status).toBe("enabled");
  });

  it.each([
    [["1.0", "2.0"], "1.0"],
    [["2.0", "10.0", "11.0-preview.1"], "10.0"],
    [["5.1-preview.1"], "5.1-preview.1"],
    [[], "1.0"],
  ])("takes a version that Azure DevOps supports: of %j, %s", (versions, expected) => {
    expect(subscriptionBody(wanted(), PROJECT, SECRETS, versions).resourceVersion).toBe(expected);
  });
});

it("shows an address without key and credentials", () => {
  expect(withoutQuery("https://user:word@app.example.com/a/?code=k")).toBe("https://app.example.com/a");
  expect(withoutQuery("no address")).toBe("");
});
