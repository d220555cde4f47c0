/**
 * Elements of the page.
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

/** Returns a button that calls *pressed*. */
export function button(text, pressed, attributes = {}) {
  const made = element("button", { type: "button", text, ...attributes });
  made.addEventListener("click", pressed);
  return made;
}
