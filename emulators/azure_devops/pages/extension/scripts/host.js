/**
 * Starts the extension on a page: buttons and menus that run its action, groups of the form, and hubs.
 *
 * https://learn.microsoft.com/azure/devops/extend/reference/targets/overview
 */
import { button } from "./elements.js";
import { addListener, followForm, refreshForm, resetForm, unsavedFields } from "./form_page.js";
import { sendTheme, showContribution } from "./frames.js";
import { addBanner } from "./global_messages.js";
import { openMessageDialog } from "./layout.js";
import { page } from "./page.js";

const KEPT_THEME = "extension-theme";
const actions = new Map();

/** What an action gets from each place. It is undocumented: these are the members that public extensions read. */
const CONTEXTS = {
  form: () => ({
    workItemId: page.workItem.id,
    workItemTypeName: page.workItem.fields["System.WorkItemType"],
    workItemDirty: Object.keys(unsavedFields()).length > 0,
  }),
  "query-toolbar": () => ({ ids: selected(), workItemIds: selected() }),
  "query-row": (id) => ({ ids: withSelection(id), workItemIds: withSelection(id) }),
  "backlog-row": (id) => ({ workItemIds: withSelection(id) }),
  "board-card": (id) => ({ id }),
};

/** Runs the action *id* with the context of *control*. */
async function run(control) {
  const { action, place, item } = control.dataset;
  control.closest("details")?.removeAttribute("open");
  if (!page.contributions[action].isBuilt) {
    openMessageDialog(page.notBuilt, { title: page.title });
    return;
  }
  try {
    const context = CONTEXTS[place](Number(item));
    const frame = await actionFrame(action);
    const handler = await frame.channel.remoteObject(page.contributions[action].properties.registeredObjectId, context);
    await handler.execute(context);
  } catch (error) {
    const { message } = error;
    addBanner({ level: 2, message: message.startsWith(page.title) ? message : `${page.title}: ${message}` });
  }
}

/** Returns the loaded frame of the action *id*; one that fails to load is removed, so that the next click tries again. */
async function actionFrame(id) {
  const frame = actions.get(id) ?? showContribution(id, document.getElementById("extension-actions"));
  actions.set(id, frame);
  try {
    await frame.loaded;
  } catch (error) {
    actions.delete(id);
    frame.remove();
    throw error;
  }
  return frame;
}

async function showGroup(section) {
  const { group, height } = section.dataset;
  const frame = showContribution(group, section);
  frame.iframe.style.height = `${height}px`;
  await frame.loaded;
  addListener(await frame.channel.remoteObject(group));
}

function selected() {
  return [...document.querySelectorAll("input.selection:checked")].map((box) => Number(box.value));
}

/** Returns the selected work items if *id* is one of them, else that one alone. */
function withSelection(id) {
  const chosen = selected();
  return chosen.includes(id) ? chosen : [id];
}

function followSelection() {
  const controls = document.querySelectorAll("[data-place=query-toolbar]");
  const update = () => controls.forEach((control) => (control.disabled = selected().length === 0));
  document.addEventListener("change", update);
  update();
}

function chooseTheme(name) {
  document.documentElement.dataset.theme = name;
  sessionStorage.setItem(KEPT_THEME, name);
  document.getElementById("extension-theme").value = name;
  sendTheme();
}

function firstTheme() {
  const usual = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  return page.explicitTheme || sessionStorage.getItem(KEPT_THEME) || usual;
}

function follow(id, changed) {
  document.getElementById(id).addEventListener("change", (event) => changed(event.target.value));
}

function choosePerson(person) {
  const query = new URLSearchParams(location.search);
  query.set("person", person);
  location.search = query.toString();
}

chooseTheme(firstTheme());
follow("extension-theme", chooseTheme);
follow("extension-person", choosePerson);
for (const control of document.querySelectorAll("[data-action]")) {
  control.addEventListener("click", () => void run(control));
}
if (page.workItem) {
  followForm();
  document
    .getElementById("extension-toolbar")
    .append(
      button("Refresh", () => void refreshForm(), { class: "quiet" }),
      button("Undo changes", resetForm, { class: "quiet" }),
    );
}
followSelection();
document.querySelectorAll("[data-group]").forEach((section) => void showGroup(section).catch(console.error));
document.querySelectorAll("[data-hub]").forEach((section) => showContribution(section.dataset.hub, section));
