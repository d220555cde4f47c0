/**
 * Opening runs in the large panel.
 *
 * @see https://learn.microsoft.com/azure/devops/extend/develop/host-navigation
 * @packageDocumentation
 */
import type { PanelSize } from "azure-devops-extension-api";

import { layout } from "../host/services";
import { configuration, contributionId } from "../host/session";

const LARGE = 2 as unknown as PanelSize.Large; // as a number, since importing the enumeration would bundle its module

/** Opens the panel with *runIds*; a dialog, which would cover the panel, is closed. */
export async function openPanel(runIds: readonly string[], address: string): Promise<void> {
  (await layout()).openPanel(contributionId("autocoder-panel"), {
    title: "Autocoder",
    size: LARGE,
    lightDismiss: false,
    resizeOptions: { userResizable: true },
    configuration: { runIds, address },
  });
  (configuration()["dialog"] as { close: () => void } | undefined)?.close();
}
