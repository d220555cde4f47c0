/**
 * The group "Autocoder" on the work item form.
 *
 * @see https://learn.microsoft.com/azure/devops/extend/develop/add-workitem-extension
 * @packageDocumentation
 */
import "../parts/page.css";

import { connect, ownContributionId, place, register } from "../host/session";
import { openPage } from "../parts/open_page";
import { showContent } from "../parts/Page";

import { Group } from "./Group";
import { ItemStore } from "./item";

void openPage("The group", async () => {
  await connect();
  const store = new ItemStore();
  register(ownContributionId(), store.events);
  await showContent("The group", <Group store={store} place={place()} />);
});
