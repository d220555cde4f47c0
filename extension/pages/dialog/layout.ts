/**
 * What the dialog does in its host: it closes itself, or goes on in a panel.
 *
 * @see https://learn.microsoft.com/azure/devops/extend/develop/host-navigation
 * @packageDocumentation
 */
import type { IPanelOptions } from "azure-devops-extension-api";

import { layout } from "../host/services";
import { configuration, contributionId } from "../host/session";

type Size = NonNullable<IPanelOptions<unknown>["size"]>;

const LARGE: unknown = 2; // PanelSize.Large, whose module would be bundled with it

/** Closes the dialog. */
export function closeDialog(): void {
  (configuration()["dialog"] as { close: (result?: unknown) => void } | undefined)?.close();
}

/** Opens the panel with *runIds*, and closes the dialog. */
export async function openPanel(runIds: readonly string[], address: string): Promise<void> {
  (await layout()).openPanel(contributionId("autocoder-panel"), {
    title: "Autocoder",
    size: LARGE as Size,
    lightDismiss: false,
    resizeOptions: { userResizable: true },
    configuration: { runIds, address },
  });
  closeDialog();
}
