/**
 * The action "Autocoder" in menus and toolbars: opens the dialog for the selected work items.
 *
 * @see https://learn.microsoft.com/azure/devops/extend/develop/add-workitem-extension
 * @packageDocumentation
 */
import { connect, register, showPage } from "../host/session";

import { openDialog } from "./open";

register("autocoder-action", { execute: openDialog });
void connect().then(showPage);
