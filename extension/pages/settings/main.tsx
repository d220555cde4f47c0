/**
 * Autocoder's page in the settings of a project and of the organisation.
 *
 * @see https://learn.microsoft.com/azure/devops/extend/develop/add-hub
 * @packageDocumentation
 */
import "../parts/page.css";

import { createRoot } from "react-dom/client";

import { connect, place, showFailure, showPage } from "../host/session";

import { SettingsPage } from "./SettingsPage";

async function start(): Promise<void> {
  await connect();
  const root = document.getElementById("root");
  if (root) createRoot(root).render(<SettingsPage place={place()} />);
  await showPage();
}

start().catch((error: unknown) => showFailure(error instanceof Error ? error.message : "The settings could not start."));
