/**
 * Banners at the top of the page, and toasts at its bottom.
 *
 * https://learn.microsoft.com/javascript/api/azure-devops-extension-api/iglobalmessagesservice
 */
import { button, element, link, openTab, webAddress } from "./elements.js";

const LEVELS = ["info", "warning", "error", "success"];
const toasts = [];
let banner;

/** The service `ms.vss-tfs-web.tfs-global-messages-service`; its dialogs are not covered. */
export function globalMessagesService() {
  return { addBanner, closeBanner, addToast };
}

/** Shows a message at the top of the page, with links for `{0}`, `{1}` in its format; throws for a wrong address. */
export function addBanner({ message = "", messageFormat, messageLinks = [], level = 0, dismissable, buttons = [] }) {
  const addresses = buttons.map(({ href }) => href && webAddress(href));
  const words = messageFormat ? formatted(messageFormat, messageLinks) : [message];
  closeBanner();
  const look = { class: `extension-banner ${LEVELS[level] ?? LEVELS[0]}`, role: level === 2 ? "alert" : "status" };
  banner = element("div", look, element("span", {}, ...words));
  buttons.forEach(({ text = "" }, index) => {
    banner.append(button(text, () => addresses[index] && openTab(addresses[index])));
  });
  if (dismissable !== false) banner.append(button("\u00d7", closeBanner, { class: "bare", "aria-label": "Dismiss" }));
  document.querySelector("main").before(banner);
}

function closeBanner() {
  banner?.remove();
}

function formatted(format, links) {
  return format.split(/\{(\d+)\}/).map((part, index) => {
    const given = index % 2 ? links[Number(part)] : undefined;
    return given?.href ? link(given.name, given.href) : (given?.name ?? part);
  });
}

function addToast(toast) {
  if (toast.forceOverrideExisting) toasts.splice(0).forEach(({ shown }) => shown?.remove());
  toasts.push({ ...toast });
  if (toasts.length === 1) showToast();
}

function showToast() {
  const [toast] = toasts;
  if (!toast) return;
  toast.shown = element("div", { class: "extension-toast", role: "status", text: toast.message });
  if (toast.callToAction) toast.shown.append(" ", button(toast.callToAction, () => toast.onCallToActionClick?.()));
  document.body.append(toast.shown);
  setTimeout(() => {
    toast.shown.remove();
    if (toasts[0] === toast) toasts.shift();
    showToast();
  }, toast.duration);
}
