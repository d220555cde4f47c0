/**
 * The action "Autocoder" in menus and toolbars: opens the dialog for the selected work items.
 *
 * @see https://learn.microsoft.com/azure/devops/extend/develop/add-workitem-extension
 * @packageDocumentation
 */
import { connect, register, showPage } from "../host/session";
import { openPage } from "../parts/open_page";

import { openDialog } from "./open";

register("autocoder-action", { execute: openDialog });
void openPage("The action", () => connect().then(showPage));
