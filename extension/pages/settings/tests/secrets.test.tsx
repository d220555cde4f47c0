// @vitest-environment jsdom
import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { DoctorSection } from "../DoctorSection";
import { HooksSection } from "../HooksSection";

import { APP, DEVOPS, documents, on, onEach, requests, resetWorld, sent, written } from "./fake_world";
import { PROJECT, subscription, wanted } from "./samples";

vi.mock("../../host/session", async () => (await import("./fake_world")).session);
vi.mock("../../host/services", async () => (await import("./fake_world")).services);

const SUBSCRIPTIONS = `${DEVOPS}/_apis/hooks/subscriptions`;
const CREATED = subscription({ id: "s2", eventType: "workitem.created" });
const BOTH = { value: [subscription(), CREATED] };
const logged = ["log", "info", "warn", "error", "debug"].map((name) => vi.spyOn(console, name as "log"));
const field = (name: string) => screen.getByLabelText<HTMLInputElement>(name);

beforeEach(() => {
  resetWorld();
  on(`GET ${APP}/api/hooks/subscriptions`, { count: 2, value: [wanted(), wanted("workitem.created")] });
  on(`GET ${SUBSCRIPTIONS}`, { value: [] });
  on(`GET ${DEVOPS}/_apis/hooks/publishers/tfs/eventtypes`, { value: [{ id: "workitem.updated", supportedResourceVersions: ["2.0"] }] });
  logged.forEach((spy) => spy.mockClear());
});
afterEach(() => {
  cleanup();
  expectNothingStored();
});

/** The key and the password are in no document, no storage and no log. */
function expectNothingStored(): void {
  const kept = JSON.stringify([written, [...documents], Object.entries(localStorage), Object.entries(sessionStorage), document.cookie, logged.map((spy) => spy.mock.calls)]);
  expect(kept).not.toMatch(/the-key|the-password/);
  expect(logged.every((spy) => spy.mock.calls.length === 0)).toBe(true);
}

async function checkHooks() {
  render(<HooksSection address={APP} projectId={PROJECT} />);
  const user = userEvent.setup();
  await user.type(field("Function key"), "the-key");
  await user.click(screen.getByRole("button", { name: "Check subscriptions" }));
  return user;
}

describe("the doctor", () => {
  const ask = async () => {
    render(<DoctorSection address={APP} />);
    const user = userEvent.setup();
    await user.type(field("Function key"), "the-key");
    await user.click(screen.getByRole("button", { name: "Check the app" }));
  };

  it("shows each check and its message, and forgets the key", async () => {
    const checks = [{ name: "storage", ok: true, message: "fine" }, { name: "secrets", ok: false, message: "Add them." }];
    on(`GET ${APP}/api/doctor`, { status: "attention", checks }, 503);
    await ask();
    expect(await screen.findByText(/1 of 2 checks failed\./)).toBeTruthy();
    expect(screen.getByText("secrets: failed")).toBeTruthy();
    expect(screen.getByText("Add them.")).toBeTruthy();
    expect(field("Function key").value).toBe("");
    expect(sent[0]!.headers["x-functions-key"]).toBe("the-key");
    expect(sent[0]!.url.href).toBe(`${APP}/api/doctor`);
    expect(JSON.stringify(sent[0]!.headers)).not.toMatch(/token/i);
  });

  it("says where a working key comes from, and keeps what was typed", async () => {
    on(`GET ${APP}/api/doctor`, "", 401);
    await ask();
    expect((await screen.findByRole("alert")).textContent).toMatch(/does not accept this function key.*Host keys/);
    expect(field("Function key").value).toBe("the-key");
  });

  it.each([["<html>Sign in</html>", 200], [{ hello: 1 }, 200]])("explains an answer that is not the app's: %j", async (body, status) => {
    on(`GET ${APP}/api/doctor`, body, status);
    await ask();
    expect((await screen.findByRole("alert")).textContent).toMatch(/may not be Autocoder/);
  });

  it("explains an app that does not answer", async () => {
    await ask();
    expect((await screen.findByRole("alert")).textContent).toMatch(/gives no answer.*CORS/);
  });

  it("sends no key to an address that is not allowed", async () => {
    render(<DoctorSection address="https://evil.azurewebsites.net" />);
    const user = userEvent.setup();
    await user.type(field("Function key"), "the-key");
    await user.click(screen.getByRole("button", { name: "Check the app" }));
    expect((await screen.findByRole("alert")).textContent).toMatch(/may call only/);
    expect(sent).toEqual([]);
  });

  it("hides the key while it is typed", () => {
    render(<DoctorSection address={APP} />);
    expect([field("Function key").type, field("Function key").autocomplete]).toEqual(["password", "off"]);
  });
});

describe("service hooks", () => {
  it("are created once when missing, read again, and the secrets are forgotten", async () => {
    const user = await checkHooks();
    expect(await screen.findByText("On workitem.updated: missing")).toBeTruthy();
    on(`POST ${SUBSCRIPTIONS}`, {});
    onEach(`GET ${SUBSCRIPTIONS}`, { value: [] }, BOTH);
    await user.type(field("Hook password"), "the-password");
    await user.click(screen.getByRole("button", { name: "Create the 2 missing subscriptions" }));
    expect(await screen.findByText(/All subscriptions are healthy\. 2 subscriptions were created/)).toBeTruthy();
    const [body] = sent.filter(({ method }) => method === "POST").map((one) => JSON.parse(one.body) as ReturnType<typeof wanted>);
    expect(body).toMatchObject({
      eventType: "workitem.updated", resourceVersion: "2.0", publisherInputs: { projectId: PROJECT },
      consumerInputs: { url: "https://app.example.com/api/hooks/azure-devops?code=the-key", basicAuthPassword: "the-password" },
    });
    expect(requests("POST")).toHaveLength(2);
    expect(field("Function key").value).toBe("");
    expect(screen.queryByLabelText("Hook password")).toBeNull();
    expect(document.body.innerHTML).not.toMatch(/the-key|the-password/);
  });

  it("are not created twice: only the missing one is", async () => {
    on(`GET ${SUBSCRIPTIONS}`, { value: [subscription(), subscription({ id: "s3" })] });
    const user = await checkHooks();
    expect(await screen.findByText(/2 subscriptions match/)).toBeTruthy();
    on(`POST ${SUBSCRIPTIONS}`, {});
    await user.type(field("Hook password"), "the-password");
    await user.click(screen.getByRole("button", { name: "Create the missing subscription" }));
    await screen.findByText(/1 subscription was created/);
    expect(sent.filter(({ method }) => method === "POST").map((one) => (JSON.parse(one.body) as { eventType: string }).eventType)).toEqual(["workitem.created"]);
  });

  it("are not created again when their creation got no answer, but arrived", async () => {
    const user = await checkHooks();
    onEach(`POST ${SUBSCRIPTIONS}`, {}, new TypeError("Failed to fetch"));
    onEach(`GET ${SUBSCRIPTIONS}`, { value: [] }, BOTH);
    await user.type(await screen.findByLabelText("Hook password"), "the-password");
    await user.click(screen.getByRole("button", { name: /Create the 2/ }));
    expect(await screen.findByText(/All subscriptions are healthy\. 2 subscriptions were created/)).toBeTruthy();
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("are not offered again before they were read after a creation", async () => {
    const user = await checkHooks();
    on(`POST ${SUBSCRIPTIONS}`, {});
    onEach(`GET ${SUBSCRIPTIONS}`, { value: [] }, new TypeError("Failed to fetch"), BOTH);
    await user.type(await screen.findByLabelText("Hook password"), "the-password");
    await user.click(screen.getByRole("button", { name: /Create the 2/ }));
    expect((await screen.findByRole("alert")).textContent).toMatch(/2 subscriptions were created.*not known.*gave no answer.*Check the subscriptions again/);
    expect(screen.queryByRole("button", { name: /Create/ })).toBeNull();
    await user.click(screen.getByRole("button", { name: "Check subscriptions" }));
    expect(await screen.findByText("All subscriptions are healthy.")).toBeTruthy();
    expect(requests("POST")).toHaveLength(2);
  });

  it("are read before they are created: nothing is written when that fails, or when somebody else was faster", async () => {
    const user = await checkHooks();
    onEach(`GET ${SUBSCRIPTIONS}`, new TypeError("Failed to fetch"), { value: [] }, BOTH);
    await user.type(await screen.findByLabelText("Hook password"), "the-password");
    await user.click(screen.getByRole("button", { name: /Create the 2/ }));
    expect((await screen.findByRole("alert")).textContent).toMatch(/could not be read/);
    await user.click(screen.getByRole("button", { name: "Check subscriptions" }));
    await user.click(await screen.findByRole("button", { name: /Create the 2/ }));
    expect(await screen.findByText(/Somebody else had created/)).toBeTruthy();
    expect(requests("POST")).toEqual([]);
  });

  it.each([null, [], { value: [null] }, { value: [{ id: 1 }] }])("explain an answer of another shape: %j", async (body) => {
    on(`GET ${SUBSCRIPTIONS}`, body);
    await checkHooks();
    expect((await screen.findByRole("alert")).textContent).toMatch(/could not be read.*a form that this page does not know/);
  });

  it("show why one does not deliver, and repair it with the password again", async () => {
    on(`GET ${SUBSCRIPTIONS}`, { value: [subscription({ status: "disabledBySystem" }), subscription({ id: "s2", eventType: "workitem.created" })] });
    const details = { errorMessage: "Unauthorized (401)", request: "POST https://app.example.com?code=the-key" };
    on(`GET ${SUBSCRIPTIONS}/s1/notifications`, { value: [{ createdDate: "2026-01-05T09:00:00Z", details }] });
    const user = await checkHooks();
    expect(await screen.findByText(/Last failure.*Unauthorized \(401\)/)).toBeTruthy();
    expect(screen.getByText(/disabled it after repeated failures/)).toBeTruthy();
    on(`PUT ${SUBSCRIPTIONS}/s1`, {});
    onEach(`GET ${SUBSCRIPTIONS}`, { value: [subscription({ status: "disabledBySystem" }), CREATED] }, BOTH);
    await user.type(field("Hook password"), "the-password");
    await user.click(screen.getByRole("button", { name: "Repair On workitem.updated" }));
    expect(await screen.findByText("On workitem.updated: healthy")).toBeTruthy();
    const put = JSON.parse(sent.find(({ method }) => method === "PUT")!.body) as { status: string; consumerInputs: { basicAuthPassword: string } };
    expect([put.status, put.consumerInputs.basicAuthPassword]).toEqual(["enabled", "the-password"]);
  });

  it("name the permission when Azure DevOps refuses, stop, and keep what was typed", async () => {
    const user = await checkHooks();
    on(`POST ${SUBSCRIPTIONS}`, { message: "Access denied: the-password" }, 403);
    await user.type(await screen.findByLabelText("Hook password"), "the-password");
    await user.click(screen.getByRole("button", { name: /Create the 2/ }));
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toMatch(/View subscriptions and Edit subscriptions.*project administrators.*command line/);
    expect(alert.textContent).not.toMatch(/the-password/);
    expect(requests("POST")).toHaveLength(1);
    expect(field("Function key").value).toBe("the-key");
    expect(field("Hook password").value).toBe("the-password");
  });

  it("name the permission when they cannot be read", async () => {
    on(`GET ${SUBSCRIPTIONS}`, { message: "Access denied." }, 403);
    await checkHooks();
    expect((await screen.findByRole("alert")).textContent).toMatch(/View subscriptions and Edit subscriptions/);
  });

  it("forget the key when nothing is left to do", async () => {
    on(`GET ${SUBSCRIPTIONS}`, { value: [subscription(), subscription({ id: "s2", eventType: "workitem.created" })] });
    await checkHooks();
    expect(await screen.findByText("All subscriptions are healthy.")).toBeTruthy();
    expect(field("Function key").value).toBe("");
  });
});
