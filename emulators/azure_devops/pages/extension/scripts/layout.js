/**
 * Dialogs, panels and message dialogs. Sizes are those of azure-devops-ui: a dialog is 480 px wide whatever its page
 * asks for, a panel 320, 480 or 640 px.
 *
 * https://learn.microsoft.com/javascript/api/azure-devops-extension-api/ihostpagelayoutservice
 */
import { button, element } from "./elements.js";
import { showContribution } from "./frames.js";
import { page } from "./page.js";
import { makeResizable } from "./panel_width.js";

const PANEL_SIZES = ["small", "medium", "large"];
const MEDIUM = 1;

/** The service `ms.vss-features.host-page-layout-service`. */
export function layoutService() {
  return { openCustomDialog, openPanel, openMessageDialog, getFullScreenMode, setFullScreenMode };
}

/** Opens a message; *onClose* gets true for OK, false for Cancel, and nothing when it is dismissed. */
export function openMessageDialog(message, options) {
  const { title = "", showCancel, okText, cancelText, lightDismiss, onClose } = options ?? {};
  const box = new Box("message", title, lightDismiss, onClose);
  const ok = button(okText || "OK", () => box.close(true), { class: "ok" });
  const cancel = button(cancelText || "Cancel", () => box.close(false), { class: "cancel" });
  box.body.append(element("p", { text: String(message) }));
  box.body.append(element("div", { class: "buttons" }, ...(showCancel ? [cancel, ok] : [ok])));
  box.open();
  ok.focus();
}

function openCustomDialog(id, options) {
  if (isMissing(id)) return;
  const { title = "", configuration, lightDismiss, onClose } = options ?? {};
  const box = new Box("custom", title, lightDismiss, onClose);
  const close = (result) => box.close(result);
  const onResize = (_width, height) => {
    if (height > 0) frame.iframe.style.height = `${height}px`;
  };
  const frame = box.show(id, { configuration: { ...configuration, dialog: { close } }, onResize });
}

function openPanel(id, options) {
  if (isMissing(id)) return;
  const { title = "", description, size, configuration, lightDismiss, resizeOptions, onClose } = options ?? {};
  const box = new Box("panel", title, lightDismiss, onClose);
  box.dialog.dataset.size = PANEL_SIZES[size] ?? PANEL_SIZES[MEDIUM];
  if (description) box.body.before(element("p", { class: "description", text: description }));
  if (resizeOptions?.userResizable) makeResizable(box.dialog, resizeOptions);
  box.show(id, { configuration: { ...configuration, panel: { close: (result) => box.close(result) } } });
}

/** Whether the page of a contribution is not built; then a message says how to build it. */
function isMissing(id) {
  if (page.contributions[id]?.isBuilt !== false) return false;
  openMessageDialog(page.notBuilt, { title: page.title });
  return true;
}

function getFullScreenMode() {
  return "fullScreen" in document.documentElement.dataset;
}

function setFullScreenMode(isFullScreen) {
  document.documentElement.toggleAttribute("data-full-screen", isFullScreen === true);
}

/** A modal box over the page, with a title and a button that closes it. */
class Box {
  #frame;

  constructor(kind, title, lightDismiss, onClose) {
    this.onClose = onClose;
    this.body = element("div", { class: "body" });
    const close = button("\u00d7", () => this.close(), { class: "bare", "aria-label": "Close" });
    const head = element("div", { class: "head" }, element("h2", { text: title }), close);
    const look = { class: `extension-box ${kind}`, "aria-label": title || "Dialog" };
    this.dialog = element("dialog", look, head, this.body);
    this.dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.close();
    });
    this.dialog.addEventListener("mousedown", (event) => {
      if (lightDismiss !== false && event.target === this.dialog && isOutside(event, this.dialog)) this.close();
    });
  }

  open() {
    document.body.append(this.dialog);
    this.dialog.showModal();
  }

  /** Opens the box with the page of a contribution and returns its frame. */
  show(id, options) {
    this.#frame = showContribution(id, this.body, options);
    this.dialog.dataset.contribution = id;
    this.open();
    return this.#frame;
  }

  /** Closes the box and tells whoever opened it; that page may be gone. */
  close(result) {
    if (!this.dialog.isConnected) return;
    this.dialog.close();
    this.#frame?.remove();
    this.dialog.remove();
    this.onClose?.(result);
  }
}

function isOutside(event, dialog) {
  const { left, right, top, bottom } = dialog.getBoundingClientRect();
  return event.clientX < left || event.clientX > right || event.clientY < top || event.clientY > bottom;
}
