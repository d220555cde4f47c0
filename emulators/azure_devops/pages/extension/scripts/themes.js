/**
 * The themes, as CSS variables that the host sends to the pages of extensions. The names are those that
 * azure-devops-ui 2.277.0 reads.
 *
 * https://learn.microsoft.com/azure/devops/organizations/settings/set-your-preferences#change-the-theme
 */
import { page } from "./page.js";

/** The names of the themes. */
export const THEMES = ["light", "dark", "high-contrast"];

const NEUTRALS = [100, 80, 60, 30, 20, 10, 8, 6, 4, 2, 0];
const ALPHAS = [2, 4, 6, 8, 10, 20, 30, 60];

const COMMON = {
  "background-color": "rgba(var(--palette-neutral-0), 1)",
  "text-primary-color": "rgba(var(--palette-neutral-100), .9)",
  "text-secondary-color": "rgba(var(--palette-neutral-100), .55)",
  "text-disabled-color": "rgba(var(--palette-neutral-100), .38)",
  "text-on-communication-background": "rgba(255, 255, 255, 1)",
  "communication-background": "rgba(var(--palette-primary), 1)",
  "focus-border-color": "rgba(var(--palette-primary), 1)",
  "focus-pulse-max-color": "rgba(var(--palette-primary), .23)",
  "splitter-border-color": "rgba(var(--palette-neutral-8), 1)",
  "component-label-default-color": "rgba(var(--palette-neutral-6), 1)",
  "component-label-default-color-hover": "rgba(var(--palette-neutral-10), 1)",
  "component-grid-row-hover-color": "rgba(var(--palette-neutral-2), 1)",
  "component-grid-selected-row-color": "rgba(var(--palette-primary-tint-30), 1)",
  "component-grid-focus-border-color": "rgba(var(--palette-primary), 1)",
  "component-grid-cell-bottom-border-color": "rgba(var(--palette-neutral-8), 1)",
  "component-grid-action-selected-cell-hover-color": "rgba(var(--palette-primary-tint-20), 1)",
  "component-grid-drag-source-color": "rgba(var(--palette-neutral-4), 1)",
  "component-status-info": "rgba(var(--palette-primary), 1)",
  "component-status-neutral": "rgba(var(--palette-neutral-60), 1)",
  "third-party-icon-filter": "none",
  ...Object.fromEntries(
    ALPHAS.map((alpha) => [`palette-black-alpha-${alpha}`, `rgba(var(--palette-neutral-100), ${alpha / 100})`]),
  ),
};

const LIGHT = {
  ...COMMON,
  ...neutrals("0,0,0 51,51,51 102,102,102 166,166,166 200,200,200 218,218,218 234,234,234 239,239,239 244,244,244 248,248,248 255,255,255"),
  "palette-primary": "0, 120, 212",
  "palette-primary-darkened-6": "0, 103, 181",
  "palette-primary-darkened-10": "16, 110, 190",
  "palette-primary-shade-10": "16, 110, 190",
  "palette-primary-shade-20": "0, 90, 158",
  "palette-primary-shade-30": "0, 69, 120",
  "palette-primary-tint-10": "43, 136, 216",
  "palette-primary-tint-20": "199, 224, 244",
  "palette-primary-tint-30": "222, 236, 249",
  "palette-primary-tint-40": "239, 246, 252",
  "palette-error": "205, 74, 69",
  "palette-error-6": "203, 63, 58",
  "palette-error-10": "184, 66, 62",
  "palette-accent3": "214, 127, 60",
  "communication-foreground": "rgba(0, 90, 158, 1)",
  "callout-background-color": "rgba(var(--palette-neutral-0), 1)",
  "callout-filtered-background-color": "rgba(var(--palette-neutral-0), .86)",
  "callout-shadow-color": "rgba(0, 0, 0, .132)",
  "callout-shadow-secondary-color": "rgba(0, 0, 0, .108)",
  "panel-shadow-color": "rgba(0, 0, 0, .22)",
  "panel-shadow-secondary-color": "rgba(0, 0, 0, .18)",
  "component-status-success": "rgba(16, 124, 16, 1)",
  "component-status-error": "rgba(205, 74, 69, 1)",
  "component-status-warning": "rgba(214, 127, 60, 1)",
  "status-info-foreground": "rgba(0, 120, 212, 1)",
  "status-success-foreground": "rgba(16, 124, 16, 1)",
  "status-success-background": "rgba(223, 246, 221, 1)",
  "status-warning-text": "rgba(138, 86, 0, 1)",
  "status-warning-icon-foreground": "rgba(184, 124, 0, 1)",
  "status-warning-background": "rgba(255, 244, 206, 1)",
  "status-error-text": "rgba(218, 10, 0, 1)",
  "status-error-strong": "rgba(184, 10, 0, 1)",
  "status-error-foreground": "rgba(205, 74, 69, 1)",
  "status-error-background": "rgba(250, 235, 235, 1)",
};

const DARK = {
  ...LIGHT,
  ...neutrals("255,255,255 200,200,200 166,166,166 98,100,101 74,74,74 61,61,61 54,54,54 47,47,47 43,43,43 38,38,38 32,31,30"),
  "palette-primary-darkened-6": "12, 132, 222",
  "palette-primary-darkened-10": "25, 135, 209",
  "palette-primary-shade-10": "43, 147, 226",
  "palette-primary-shade-20": "61, 155, 221",
  "palette-primary-shade-30": "76, 161, 219",
  "palette-primary-tint-10": "0, 109, 183",
  "palette-primary-tint-20": "0, 77, 129",
  "palette-primary-tint-30": "0, 63, 105",
  "palette-primary-tint-40": "0, 49, 82",
  "communication-foreground": "rgba(96, 174, 255, 1)",
  "callout-background-color": "rgba(var(--palette-neutral-6), 1)",
  "callout-filtered-background-color": "rgba(var(--palette-neutral-6), .86)",
  "callout-shadow-color": "rgba(0, 0, 0, .4)",
  "callout-shadow-secondary-color": "rgba(0, 0, 0, .32)",
  "component-status-success": "rgba(85, 163, 98, 1)",
  "component-status-error": "rgba(241, 112, 112, 1)",
  "status-info-foreground": "rgba(96, 174, 255, 1)",
  "status-success-foreground": "rgba(85, 163, 98, 1)",
  "status-success-background": "rgba(38, 66, 42, 1)",
  "status-warning-text": "rgba(255, 200, 83, 1)",
  "status-warning-icon-foreground": "rgba(255, 200, 83, 1)",
  "status-warning-background": "rgba(71, 56, 19, 1)",
  "status-error-text": "rgba(255, 143, 135, 1)",
  "status-error-strong": "rgba(255, 143, 135, 1)",
  "status-error-foreground": "rgba(241, 112, 112, 1)",
  "status-error-background": "rgba(74, 30, 30, 1)",
};

const HIGH_CONTRAST = {
  ...DARK,
  ...neutrals("255,255,255 255,255,255 255,255,255 255,255,255 255,255,255 255,255,255 110,110,110 40,40,40 30,30,30 20,20,20 0,0,0"),
  "palette-primary": "26, 235, 255",
  "palette-primary-darkened-6": "118, 243, 255",
  "palette-primary-darkened-10": "160, 247, 255",
  "palette-primary-tint-20": "0, 78, 86",
  "palette-primary-tint-30": "0, 60, 66",
  "palette-primary-tint-40": "0, 42, 46",
  "text-primary-color": "rgba(255, 255, 255, 1)",
  "text-secondary-color": "rgba(255, 255, 255, 1)",
  "text-disabled-color": "rgba(63, 242, 63, 1)",
  "text-on-communication-background": "rgba(0, 0, 0, 1)",
  "communication-foreground": "rgba(255, 255, 0, 1)",
  "focus-border-color": "rgba(255, 255, 0, 1)",
  "callout-background-color": "rgba(0, 0, 0, 1)",
  "callout-shadow-color": "rgba(255, 255, 255, 1)",
  "callout-shadow-secondary-color": "rgba(255, 255, 255, 1)",
  "panel-shadow-color": "rgba(255, 255, 255, 1)",
  "status-error-text": "rgba(255, 160, 160, 1)",
  "status-success-foreground": "rgba(63, 242, 63, 1)",
};

const TABLES = { light: LIGHT, dark: DARK, "high-contrast": HIGH_CONTRAST };

function neutrals(triplets) {
  const values = triplets.split(" ").map((triplet) => triplet.replaceAll(",", ", "));
  return Object.fromEntries(NEUTRALS.map((step, index) => [`palette-neutral-${step}`, values[index]]));
}

/** Returns the name of the theme that the page has now. */
export function currentTheme() {
  return document.documentElement.dataset.theme ?? page.theme;
}

/** Returns the CSS variables of a theme, without the leading dashes. */
export function variables(theme) {
  return TABLES[theme] ?? LIGHT;
}
