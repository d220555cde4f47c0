/**
 * The dialog that starts runs for the selected work items, and follows them.
 *
 * @packageDocumentation
 */
import "../parts/page.css";
import "./dialog.css";

import { createRoot } from "react-dom/client";

import { selectedIds } from "../action/selection";
import { configuration, connect, followHeight, place, showPage } from "../host/session";
import { openPage } from "../parts/open_page";
import { Page } from "../parts/Page";

import { Dialog } from "./Dialog";

async function open(): Promise<void> {
  await connect();
  const root = document.getElementById("root") ?? document.body;
  const { workItemIds, isDirty } = configuration();
  const ids = selectedIds({ workItemIds });
  if (ids.length === 0) throw new Error("No work item is selected: close this dialog, and open it from a work item.");
  const main = root.appendChild(document.createElement("main"));
  createRoot(main).render(<Page what="The dialog"><Dialog host={place()} ids={ids} isDirty={isDirty === true} /></Page>);
  followHeight(main);
  await showPage();
}

void openPage("The dialog", open);
