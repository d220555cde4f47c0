import { beforeEach, describe, expect, it, vi } from "vitest";

import { AzureDevOpsProblem } from "../client";
import { isRefusal, lastFailure, listSubscriptions, replaceSubscription, resourceVersions } from "../hooks";
import { listAreaPaths, listPipelines } from "../projects";

vi.mock("../../host/session", () => ({ tokens: () => Promise.resolve({ app: "a", user: "u" }) }));
vi.mock("../../host/services", () => ({ organizationUrl: () => Promise.resolve("https://dev.azure.com/fabrikam/") }));

const fetched = vi.fn<(url: string, init: RequestInit) => Promise<Response>>();
beforeEach(() => {
  fetched.mockReset();
  vi.stubGlobal("fetch", fetched);
});

function answer(body: unknown, status = 200, headers = {}): void {
  fetched.mockResolvedValueOnce(new Response(JSON.stringify(body), { status, headers }));
}

describe("service hooks", () => {
  it("lists the web hooks of the organization", async () => {
    const found = { id: "s1", status: "enabled", eventType: "workitem.updated", publisherInputs: { areaPath: null }, consumerInputs: {} };
    answer({ value: [{ ...found, url: "https://dev.azure.com", createdBy: null }] });
    expect(await listSubscriptions()).toEqual([found]);
    expect(fetched.mock.calls[0]![0]).toBe(
      "https://dev.azure.com/fabrikam/_apis/hooks/subscriptions?publisherId=tfs&consumerId=webHooks&api-version=7.1",
    );
  });

  it("replaces a subscription by its id", async () => {
    answer({ id: "s1" });
    await replaceSubscription("s1", { eventType: "workitem.updated", status: "enabled" } as never);
    const [url, init] = fetched.mock.calls[0]!;
    expect([init.method, new URL(url).pathname]).toEqual(["PUT", "/fabrikam/_apis/hooks/subscriptions/s1"]);
    expect(JSON.parse(init.body as string)).toEqual({ eventType: "workitem.updated", status: "enabled", id: "s1" });
  });

  it("gives the last failure's message alone, without addresses and keys", async () => {
    const details = {
      errorMessage: "Could not reach https://app.example.com/api/hooks?code=secret-key: refused, code=secret-key",
      request: "Authorization: Basic secret", response: "secret",
    };
    answer({ value: [{ createdDate: "2026-01-05T09:00:00Z", details }] });
    expect(await lastFailure("s1")).toEqual({
      at: "2026-01-05T09:00:00Z", message: "Could not reach (address) refused, code=(key)",
    });
  });

  it("gives no failure when there is none", async () => {
    answer({ value: [] });
    expect(await lastFailure("s1")).toBeUndefined();
  });

  it("reads the supported versions of each event", async () => {
    answer({ value: [{ id: "workitem.updated", supportedResourceVersions: ["1.0"] }, { id: "build.complete" }] });
    expect([...(await resourceVersions())]).toEqual([["workitem.updated", ["1.0"]], ["build.complete", []]]);
  });

  it("knows a refusal from other problems", () => {
    expect(isRefusal(new AzureDevOpsProblem(403, ""))).toBe(true);
    expect(isRefusal(new AzureDevOpsProblem(404, ""))).toBe(false);
    expect(isRefusal(new Error())).toBe(false);
  });
});

describe("a project", () => {
  it("lists areas by their paths", async () => {
    answer({ name: "Fabrikam", children: [{ name: "Web", children: [{ name: "Shop" }] }, { name: "API" }] });
    expect(await listAreaPaths("p")).toEqual(["Fabrikam", "Fabrikam\\Web", "Fabrikam\\Web\\Shop", "Fabrikam\\API"]);
  });

  it("lists all pages of its pipelines", async () => {
    answer({ value: [{ id: 2, name: "Z", folder: "\\" }] }, 200, { "x-ms-continuationtoken": "next page" });
    answer({ value: [{ id: 1, name: "A", folder: "\\" }] });
    expect((await listPipelines("p")).map(({ id }) => id)).toEqual([1, 2]);
    expect(new URL(fetched.mock.calls[1]![0]).searchParams.get("continuationToken")).toBe("next page");
  });
});
