/**
 * The dialog that starts runs for the selected work items, and follows them.
 *
 * @packageDocumentation
 */
import "../parts/page.css";
import "./dialog.css";

import { createRoot } from "react-dom/client";

import { selectedIds } from "../action/selection";
import { configuration, connect, followHeight, place, showFailure, showPage } from "../host/session";

import { Dialog } from "./Dialog";

async function open(): Promise<void> {
  await connect();
  const root = document.getElementById("root");
  const { workItemIds, isDirty } = configuration();
  const ids = selectedIds({ workItemIds });
  if (!root || ids.length === 0) return showFailure("No work item is selected. Close this dialog, and open it from a work item.");
  const main = root.appendChild(document.createElement("main"));
  createRoot(main).render(<Dialog host={place()} ids={ids} isDirty={isDirty === true} />);
  followHeight(main);
  await showPage();
}

void open();
