// @vitest-environment jsdom
import { afterEach, expect, it, vi } from "vitest";

import { followTheme, schemeOf } from "../theme";

afterEach(() => { vi.unstubAllGlobals(); });

it.each([
  ["rgb(255, 255, 255)", "light"],
  ["rgb(32, 31, 30)", "dark"],
  ["rgba(0, 0, 0, 1)", "dark"],
  ["rgb(250 240 230 / 0.9)", "light"],
  ["rgba(0, 0, 0, 0)", "normal"],
  ["", "normal"],
  ["color(display-p3 0 0 0)", "normal"],
])("a background of %j is %s", (color, scheme) => {
  expect(schemeOf(color)).toBe(scheme);
});

it("each theme that the host applies decides on the browser's own parts, and leaves nothing behind", () => {
  followTheme();
  for (const [color, scheme] of [["rgb(32, 31, 30)", "dark"], ["rgb(255, 255, 255)", "light"]] as const) {
    vi.stubGlobal("getComputedStyle", () => ({ backgroundColor: color })); // jsdom resolves no variables
    window.dispatchEvent(new CustomEvent("themeApplied"));
    expect(document.body.style.getPropertyValue("color-scheme")).toBe(scheme);
  }
  expect(document.body.children).toHaveLength(0);
});
