// @vitest-environment jsdom
import { beforeEach, describe, expect, it, vi } from "vitest";

import { openPage } from "../open_page";

const showFailure = vi.hoisted(() => vi.fn());
vi.mock("../../host/session", () => ({ showFailure }));

const TEXT = "The dialog could not be opened. The host is closing. Reload the page. If it happens again, tell the administrator of Autocoder.";

describe("a page that cannot be opened", () => {
  beforeEach(() => {
    document.body.textContent = "";
    showFailure.mockReset().mockResolvedValue(undefined);
  });

  it("says why and what to do, to the host and on the page", async () => {
    await openPage("The dialog", () => Promise.reject(new Error("The host is closing")));
    expect(showFailure).toHaveBeenCalledWith(TEXT);
    expect(document.body.textContent).toBe(TEXT);
  });

  it("says so also when the host does not answer", async () => {
    showFailure.mockRejectedValue(new Error("no host"));
    await expect(openPage("The dialog", () => Promise.reject(new Error("The host is closing")))).resolves.toBeUndefined();
    expect(document.body.textContent).toBe(TEXT);
  });

  it("changes nothing about one that opens", async () => {
    await openPage("The dialog", () => Promise.resolve());
    expect([showFailure.mock.calls, document.body.textContent]).toEqual([[], ""]);
  });
});
