// @vitest-environment jsdom
import { act, cleanup, render, screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { ErrorBoundary } from "../ErrorBoundary";
import { openPage } from "../open_page";
import { Page, showContent } from "../Page";

const host = vi.hoisted(() => ({ showPage: vi.fn(() => Promise.resolve()), showFailure: vi.fn<(reason: string) => Promise<void>>(() => Promise.resolve()) }));
vi.mock("../../host/session", () => host);

let isBroken = true;
function Part() {
  if (isBroken) throw new TypeError("undefined has no name");
  return <p>The content</p>;
}

beforeEach(() => {
  isBroken = true;
  vi.spyOn(console, "error").mockImplementation(() => undefined); // React reports what a boundary has caught
  host.showPage.mockClear();
  host.showFailure.mockClear();
  document.body.innerHTML = "";
});
afterEach(cleanup);

describe("a page that cannot be shown", () => {
  it("says why and what to do, and can be tried again", async () => {
    render(<Page what="The panel"><Part /></Page>);
    expect(screen.getByRole("alert").textContent).toMatch(/The panel could not be shown\. undefined has no name\..*reload the page.*administrator/);
    isBroken = false;
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(screen.getByText("The content")).toBeTruthy();
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("leaves the other parts as they are", () => {
    render(<><ErrorBoundary what="One part"><Part /></ErrorBoundary><input defaultValue="typed" /></>);
    expect(screen.getByDisplayValue("typed")).toBeTruthy();
  });
});

it("shows an action that failed, until the message is closed", async () => {
  isBroken = false;
  render(<Page what="The panel"><Part /></Page>);
  const failed = (reason: unknown) => { act(() => { window.dispatchEvent(Object.assign(new Event("unhandledrejection"), { reason })); }); };
  failed(new DOMException("stopped", "AbortError"));
  expect(screen.queryByRole("alert")).toBeNull();
  failed({ message: "The panel does not open" });
  expect(screen.getByRole("alert").textContent).toMatch(/did not work\. The panel does not open\./);
  expect(screen.getByText("The content")).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Close this message" }));
  expect(screen.queryByRole("alert")).toBeNull();
});

describe("opening", () => {
  it("shows the content and tells the host", async () => {
    isBroken = false;
    document.body.innerHTML = '<div id="root"></div>';
    await act(() => openPage("The panel", () => showContent("The panel", <Part />)));
    expect(screen.getByText("The content")).toBeTruthy();
    expect([host.showPage.mock.calls.length, host.showFailure.mock.calls.length]).toEqual([1, 0]);
  });

  it.each([[new Error("No handshake"), /The panel could not be opened\. No handshake\. Reload/], [new Error(""), /gave no reason/]])(
    "that fails tells the host, and the page itself: %j", async (thrown, text) => {
      host.showFailure.mockRejectedValueOnce(new Error("The host is gone."));
      await openPage("The panel", () => Promise.reject(thrown));
      expect(host.showFailure.mock.calls[0]?.[0]).toMatch(text);
      expect(document.body.textContent).toMatch(text);
    },
  );
});
