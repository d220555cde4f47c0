/**
 * The browser's own parts of a page, such as check boxes, lists and scroll bars, in light or dark as the host's theme.
 *
 * @see https://learn.microsoft.com/azure/devops/extend/develop/styles-from-modern-extension
 * @packageDocumentation
 */

/** Lowest luminance of a background that counts as light, from 0 (black) to 1 (white). */
const MIN_LIGHT = 0.5;

/** Follows the host's theme from now on; must come before the SDK applies the first one. */
export function followTheme(): void {
  // On the body: a root with another scheme than the host's frame would get an opaque ground of the browser's.
  window.addEventListener("themeApplied", () => { document.body.style.setProperty("color-scheme", schemeOf(background())); });
}

/** Returns the scheme for a background *color*, as browsers compute it (`rgb(32, 31, 30)`); `normal` for one that does not show. */
export function schemeOf(color: string): "light" | "dark" | "normal" {
  const [red, green, blue, alpha = 1] = (/^rgba?\((.+)\)$/.exec(color)?.[1] ?? "").split(/[\s,/]+/).map(Number);
  if (red === undefined || green === undefined || blue === undefined || !(alpha > 0)) return "normal";
  return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255 >= MIN_LIGHT ? "light" : "dark";
}

/** Returns the theme's background as a color, whatever other variables it is made of. */
function background(): string {
  const probe = document.body.appendChild(document.createElement("div"));
  probe.style.backgroundColor = "var(--background-color)";
  const color = getComputedStyle(probe).backgroundColor;
  probe.remove();
  return color;
}
