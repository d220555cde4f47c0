/**
 * Opens the dialog for the selected work items, or says why there is none to open.
 *
 * @see https://learn.microsoft.com/azure/devops/extend/develop/host-navigation
 * @packageDocumentation
 */
import { layout, workItemForm } from "../host/services";
import { contributionId } from "../host/session";
import { reasonOf } from "../parts/reasons";

import { MAX_WORK_ITEMS, selectedIds } from "./selection";

/** Longest wait for the work item form, in milliseconds; lists and boards have none. */
export const MAX_FORM_MS = 1_000;

const TITLE = "Autocoder";
const UNSAVED = "Save the work item first: Autocoder reads the saved work item, and a new one has no number yet.";
const TOO_MANY =
  `Select at most ${String(MAX_WORK_ITEMS)} work items at once. Autocoder starts one run for each of them.`;

/** Opens the dialog for the work items that *context* names, or shows why it cannot be opened. */
export async function openDialog(context: unknown): Promise<void> {
  try {
    await open(context);
  } catch (thrown) {
    await openMessage(`The dialog could not be opened. ${reasonOf(thrown)} Reload the page, and try again.`);
  }
}

async function open(context: unknown): Promise<void> {
  const workItemIds = selectedIds(context);
  if (workItemIds.length === 0) return openMessage(UNSAVED);
  if (workItemIds.length > MAX_WORK_ITEMS) return openMessage(TOO_MANY);
  const isDirty = workItemIds.length === 1 && (await isDirtyForm(workItemIds[0]));
  (await layout()).openCustomDialog(contributionId("autocoder-dialog"), {
    title: TITLE,
    configuration: { workItemIds, isDirty },
    lightDismiss: false, // a click outside would lose what was typed
  });
}

async function openMessage(text: string): Promise<void> {
  (await layout()).openMessageDialog(text, { title: TITLE, showCancel: false });
}

/** Returns whether the open form shows the work item and has changes that are not saved. */
async function isDirtyForm(workItemId: number | undefined): Promise<boolean> {
  const ask = async () => {
    const form = await workItemForm();
    return (await form.getId()) === workItemId && (await form.isDirty());
  };
  const wait = new Promise<boolean>((resolve) => setTimeout(resolve, MAX_FORM_MS, false));
  return Promise.race([ask().catch(() => false), wait]);
}
