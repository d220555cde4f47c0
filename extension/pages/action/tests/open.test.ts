import { beforeEach, describe, expect, it, vi } from "vitest";

import { openDialog } from "../open";

const host = vi.hoisted(() => ({
  openCustomDialog: vi.fn(),
  openMessageDialog: vi.fn(),
  form: vi.fn(),
}));
vi.mock("../../host/services", () => ({ layout: () => Promise.resolve(host), workItemForm: host.form }));
vi.mock("../../host/session", () => ({ contributionId: (name: string) => `a.b.${name}` }));

const form = (id: number, isDirty: boolean) => ({ getId: () => Promise.resolve(id), isDirty: () => Promise.resolve(isDirty) });

describe("openDialog", () => {
  beforeEach(() => {
    vi.resetAllMocks();
    host.form.mockRejectedValue(new Error("No work item form here."));
  });

  it("opens the dialog for the selected items, and keeps it open on a click outside", async () => {
    await openDialog({ ids: [3, 4] });
    expect(host.openCustomDialog).toHaveBeenCalledWith("a.b.autocoder-dialog", {
      title: "Autocoder", configuration: { workItemIds: [3, 4], isDirty: false }, lightDismiss: false,
    });
  });

  it("asks to save a work item without a number", async () => {
    await openDialog({ workItemId: 0 });
    expect(host.openCustomDialog).not.toHaveBeenCalled();
    expect(host.openMessageDialog.mock.calls[0]![0]).toContain("Save the work item first");
  });

  it("refuses more items than one dialog can show", async () => {
    await openDialog({ ids: Array.from({ length: 26 }, (_, index) => index + 1) });
    expect(host.openMessageDialog.mock.calls[0]![0]).toContain("at most 25");
  });

  it.each([[7, true, true], [7, false, false], [8, true, false]])(
    "tells the dialog about the form of item %i with changes %s", async (id, isDirty, told) => {
      host.form.mockResolvedValue(form(id, isDirty));
      await openDialog({ workItemId: 7 });
      expect(host.openCustomDialog.mock.calls[0]![1]).toMatchObject({ configuration: { isDirty: told } });
    },
  );

  it("says why the dialog cannot be opened", async () => {
    host.openCustomDialog.mockImplementation(() => { throw new Error("The host is closing"); });
    await openDialog({ id: 7 });
    expect(host.openMessageDialog.mock.calls[0]![0]).toBe("The dialog could not be opened. The host is closing. Reload the page, and try again.");
  });

  it("opens the dialog when the form never answers", async () => {
    vi.useFakeTimers();
    host.form.mockReturnValue(new Promise(() => undefined));
    const opened = openDialog({ id: 7 });
    await vi.runAllTimersAsync();
    await opened;
    vi.useRealTimers();
    expect(host.openCustomDialog).toHaveBeenCalledOnce();
  });
});
