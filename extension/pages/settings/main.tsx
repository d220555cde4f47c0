/**
 * Autocoder's page in the settings of a project and of the organisation.
 *
 * @see https://learn.microsoft.com/azure/devops/extend/develop/add-hub
 * @packageDocumentation
 */
import "../parts/page.css";

import { connect, place } from "../host/session";
import { openPage } from "../parts/open_page";
import { showContent } from "../parts/Page";

import { SettingsPage } from "./SettingsPage";

void openPage("The settings", async () => {
  await connect();
  await showContent("The settings", <SettingsPage place={place()} />);
});
