/**
 * Opening a page: a failure is shown with its reason and the next step, wherever it can be shown.
 *
 * @packageDocumentation
 */
import { showFailure } from "../host/session";

import { reasonOf } from "./reasons";

const NEXT = "Reload the page. If it happens again, tell the administrator of Autocoder.";

/** Runs *start*, which opens *what* (as in "The dialog could not be opened"); never rejects. */
export async function openPage(what: string, start: () => Promise<void>): Promise<void> {
  try {
    await start();
  } catch (thrown) {
    const text = `${what} could not be opened. ${reasonOf(thrown)} ${NEXT}`;
    document.body.append(text); // the host may be what does not answer
    await showFailure(text).catch(() => undefined);
  }
}
