/**
 * The group "Autocoder" on the work item form.
 *
 * @see https://learn.microsoft.com/azure/devops/extend/develop/add-workitem-extension
 * @packageDocumentation
 */
import { createRoot } from "react-dom/client";

import { connect, ownContributionId, place, register, showFailure, showPage } from "../host/session";

import { Group } from "./Group";
import { ItemStore } from "./item";

async function start(): Promise<void> {
  await connect();
  const store = new ItemStore();
  register(ownContributionId(), store.events);
  const root = document.getElementById("root");
  if (root) createRoot(root).render(<Group store={store} place={place()} />);
  await showPage();
}

start().catch((error: unknown) => showFailure(error instanceof Error ? error.message : "The group could not start."));
