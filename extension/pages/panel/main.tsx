/**
 * The panel with the log of a run, or with several runs.
 *
 * @see https://learn.microsoft.com/azure/devops/extend/develop/host-navigation
 * @packageDocumentation
 */
import "../parts/page.css";

import { configuration, connect, place } from "../host/session";
import { openPage } from "../parts/open_page";
import { showContent } from "../parts/Page";

import { contentOf, NamedPanel } from "./Panel";

void openPage("The panel", async () => {
  await connect();
  await showContent("The panel", <NamedPanel place={place()} {...contentOf(configuration())} />);
});
