/**
 * The handle with which a person changes the width of a panel, by dragging it or with the arrow keys.
 *
 * https://learn.microsoft.com/javascript/api/azure-devops-extension-api/ihostpagelayoutservice
 */
import { element } from "./elements.js";

const DEFAULT_MIN_WIDTH = 340;
const STEP = 20;

/** Adds the handle to *panel*, which ends at the right side of the window. */
export function makeResizable(panel, { minWidth = DEFAULT_MIN_WIDTH, maxWidth = Infinity, onWidthChanged }) {
  const look = { class: "handle", role: "separator", tabindex: "0", "aria-label": "Resize panel" };
  const handle = element("div", { ...look, "aria-orientation": "vertical" });
  const resize = (width) => {
    const allowed = Math.max(minWidth, Math.min(width, maxWidth, window.innerWidth));
    panel.style.width = `${allowed}px`;
    onWidthChanged?.(allowed);
  };
  handle.addEventListener("keydown", (event) => {
    const steps = { ArrowLeft: STEP, ArrowRight: -STEP }[event.key];
    if (steps) resize(panel.getBoundingClientRect().width + steps);
  });
  handle.addEventListener("pointerdown", (event) => handle.setPointerCapture(event.pointerId));
  handle.addEventListener("pointermove", (event) => {
    if (handle.hasPointerCapture(event.pointerId)) resize(window.innerWidth - event.clientX);
  });
  panel.prepend(handle);
}
