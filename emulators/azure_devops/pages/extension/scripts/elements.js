/**
 * Elements of the page, and addresses that may come from data: only those of the web are links, or are opened.
 *
 * https://developer.mozilla.org/docs/Web/API/Document/createElement
 */

/** Returns an element with attributes; *text* is its content, as text. */
export function element(name, { text, ...attributes } = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  made.append(...children);
  return made;
}

/** Returns *url*, relative to this page; throws unless a browser opens it by HTTP. */
export function webAddress(url) {
  const address = new URL(url, location.href);
  if (!/^https?:$/.test(address.protocol)) throw new Error(`${address.protocol} addresses are not opened.`);
  return address.href;
}

/** Opens an address in a new tab, which gets no hold of this page; throws for one that is not of the web. */
export function openTab(url, features = "") {
  window.open(webAddress(url), "_blank", features ? `${features},noopener` : "noopener");
}

/** Returns a link that opens a new tab, which gets no hold of this page; throws for an address not of the web. */
export function link(text, url) {
  return element("a", { href: webAddress(url), target: "_blank", rel: "noopener", text });
}

/** Returns a button that calls *pressed*. */
export function button(text, pressed, attributes = {}) {
  const made = element("button", { type: "button", text, ...attributes });
  made.addEventListener("click", pressed);
  return made;
}
