/**
 * The work item form as a page that stays: saving, refreshing and opening another work item replace its content, so
 * that contributed groups keep running and are told what happened.
 *
 * https://learn.microsoft.com/javascript/api/azure-devops-extension-api/iworkitemnotificationlistener
 */
import { openTab } from "./elements.js";
import { addBanner } from "./global_messages.js";
import { page } from "./page.js";

const WORK_ITEM = /^(.*\/_workitems\/edit\/)(\d+)$/;
const listeners = [];

/** Adds a group's *listener* and tells it about the open work item. */
export function addListener(listener) {
  listeners.push(listener);
  tell(listener, "onLoaded", loadedArguments());
}

/** Returns the fields that a person has changed and not saved, by reference name. */
export function unsavedFields() {
  const form = editForm();
  const inputs = { "System.Title": form?.elements.title, [page.workItem.textField]: form?.elements.description };
  const changed = Object.entries(inputs).filter(([, input]) => input && input.value !== input.defaultValue);
  return Object.fromEntries(changed.map(([name, input]) => [name, input.value]));
}

/** Saves title and text; throws when Azure DevOps refuses them. */
export async function saveForm() {
  const form = editForm();
  if (!form) throw new Error("The work item is read-only.");
  if (!(await submit(form))) throw new Error("The work item could not be saved.");
}

/** Reads the work item again. */
export async function refreshForm() {
  if (await replaceWith(await fetch(location.href))) notify("onRefreshed");
}

/** Takes back what a person has typed. */
export function resetForm() {
  editForm()?.reset();
  notify("onReset");
}

/** Opens a work item of this project, in this page or in a new tab. */
export async function openWorkItem(id, inNewTab = false) {
  const url = page.workItemsPath + id;
  if (inNewTab) openTab(url);
  else if (page.workItem) await moveTo(url);
  else location.assign(url);
}

/** Follows the forms, fields and links of the page. */
export function followForm() {
  document.addEventListener("submit", (event) => {
    if (!event.target.closest("#item")) return;
    event.preventDefault();
    void submit(event.target);
  });
  document.addEventListener("change", (event) => {
    const { form } = event.target;
    if (form && form === editForm()) notify("onFieldChanged", { changedFields: unsavedFields() });
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("#item a[href]");
    const isPlain = !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0;
    if (!link || !isPlain || WORK_ITEM.exec(link.pathname)?.[1] !== WORK_ITEM.exec(location.pathname)?.[1]) return;
    event.preventDefault();
    void moveTo(link.href);
  });
  window.addEventListener("popstate", () => {
    const id = Number(WORK_ITEM.exec(location.pathname)?.[2]);
    if (id !== page.workItem.id) void show(location.href); // else only the query or the hash has changed
  });
  window.addEventListener("pagehide", () => notify("onUnloaded"));
}

async function moveTo(url) {
  const query = location.search; // the viewer and the theme stay
  history.pushState(null, "", new URL(url, location.href).pathname + query);
  await show(location.href);
}

async function show(url) {
  notify("onUnloaded");
  if (!(await replaceWith(await fetch(url)))) return;
  listeners.forEach((listener) => tell(listener, "onLoaded", loadedArguments()));
}

/** Sends *form* and shows the answer; returns whether the change was saved. */
async function submit(form) {
  const answer = await fetch(form.getAttribute("action"), { method: "POST", body: new FormData(form) });
  const { ok } = answer;
  await replaceWith(answer);
  if (ok) notify("onSaved");
  return ok;
}

/** Shows the work item in *answer*; returns whether there is one, and else shows why not. */
async function replaceWith(answer) {
  const shown = new DOMParser().parseFromString(await answer.text(), "text/html");
  const content = shown.getElementById("item");
  if (!content) {
    addBanner({ level: 2, message: shown.querySelector("main")?.textContent ?? "The server gave no page." });
    return false;
  }
  document.getElementById("item").replaceChildren(...content.childNodes);
  document.title = shown.title;
  page.workItem = JSON.parse(shown.getElementById("extension-host").textContent).workItem;
  return true;
}

function editForm() {
  return document.querySelector("#item input[name=form][value=edit]")?.form;
}

function loadedArguments() {
  return { id: page.workItem.id, isNew: false, isReadOnly: page.workItem.isReadOnly };
}

function notify(event, more = {}) {
  listeners.forEach((listener) => tell(listener, event, { id: page.workItem.id, ...more }));
}

/** Calls a method of *listener* if it has one; what goes wrong in a group does not concern the form. */
function tell(listener, event, args) {
  void Promise.resolve(listener?.[event]?.(args)).catch((error) => console.error(event, error.message));
}
