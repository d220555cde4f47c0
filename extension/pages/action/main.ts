/**
 * The action "Autocoder" in menus and toolbars: opens the dialog for the selected work items.
 *
 * @see https://learn.microsoft.com/azure/devops/extend/develop/add-workitem-extension
 * @packageDocumentation
 */
import { layout } from "../host/services";
import { connect, contributionId, register, showPage } from "../host/session";

register("autocoder-action", {
  execute: async (context: unknown) => {
    (await layout()).openCustomDialog(contributionId("autocoder-dialog"), {
      title: "Autocoder",
      configuration: { context },
      lightDismiss: false,
    });
  },
});
void connect().then(showPage);
