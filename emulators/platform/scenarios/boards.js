// Steps of a person in the local Azure DevOps: the first part of each program that boards.py runs in a page.
const frames = (name) => page.locator(`iframe[src$="/${name}.html"]`);
const inside = (name) => frames(name).last().contentFrame();
const frameOf = (name) => page.frames().findLast((one) => one.url().endsWith(`/${name}.html`));
const dialog = inside("dialog");
const startButton = dialog.getByRole("button", { name: "Start Autocoder" });

/** Opens the dialog from the page at *url*: for its own work item, or for those of a list. */
const openDialog = async (url, numbers = []) => {
  await page.goto(url);
  for (const number of numbers) await page.getByLabel(`Select ${number}`, { exact: true }).check();
  await page.locator("#extension-toolbar > [data-action]").click();
  await page.locator('iframe[src$="/dialog.html"][data-loaded]').waitFor();
};

/** Waits until the dialog has read what it needs, and can start. */
const canStart = async () => {
  await startButton.waitFor();
  await dialog.locator("button:enabled:not([aria-disabled=true])", { hasText: "Start Autocoder" }).waitFor();
};

/** Waits until *count* runs in the dialog have a link to their pull request. */
const havePullRequests = async (count, seconds) => {
  const links = dialog.getByRole("link", { name: /pull request/i });
  await links.nth(count - 1).waitFor({ timeout: seconds * 1000 });
};

const THEMES = ["light", "dark", "high-contrast"];
const WHOLE_SETTINGS = 2200; // height of a window that shows all of the settings without scrolling
const WIDTHS = { wide: 1180, narrow: 480 };

/** Takes pictures of *shown*, which the frame *name* fills, in each theme and width: `{title}-{theme}-{width}.png`. */
const takeLooks = async (title, name, shown) => {
  const { width, height } = page.viewportSize();
  for (const [word, pixels] of Object.entries(WIDTHS)) {
    await page.setViewportSize({ width: pixels, height });
    await shown.scrollIntoViewIfNeeded(); // a frame out of sight is not drawn
    for (const theme of THEMES) {
      await chooseTheme(theme, name);
      await shown.screenshot({ path: `${folder}/${title}-${theme}-${word}.png`, animations: "disabled" });
    }
  }
  await page.setViewportSize({ width, height });
  await shown.scrollIntoViewIfNeeded();
  await chooseTheme(THEMES[0], name);
};

/** Changes the theme of the page, and waits until the frame *name* has it and has drawn itself. */
const chooseTheme = async (theme, name) => {
  const applied = frameOf(name).evaluate(
    () => new Promise((done) => addEventListener("themeApplied", () => done(), { once: true })),
  );
  await page.selectOption("#extension-theme", theme);
  await applied;
  await frameOf(name).evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
};
