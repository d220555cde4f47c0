/**
 * The panel with the log of a run, or with several runs.
 *
 * @see https://learn.microsoft.com/azure/devops/extend/develop/host-navigation
 * @packageDocumentation
 */
import { createRoot } from "react-dom/client";

import { configuration, connect, showFailure, showPage } from "../host/session";

import { contentOf, Panel } from "./Panel";

async function start(): Promise<void> {
  await connect();
  const root = document.getElementById("root");
  if (root) createRoot(root).render(<Panel {...contentOf(configuration())} />);
  await showPage();
}

start().catch((error: unknown) => showFailure(error instanceof Error ? error.message : "The panel could not start."));
