/**
 * Closing the dialog.
 *
 * @packageDocumentation
 */
import { configuration } from "../host/session";

/** Closes the dialog. */
export function closeDialog(): void {
  (configuration()["dialog"] as { close: (result?: unknown) => void } | undefined)?.close();
}
