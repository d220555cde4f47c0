// Steps of a person on each page of the extension, after those of the scenario: see conftest.py.
const group = inside("group");
const panel = inside("panel");
const settings = inside("settings");
const question = page.locator("dialog.message");
const entries = dialog.getByRole("listbox").getByRole("option"); // of the list that is open in the dialog
const instructions = dialog.getByLabel("Additional instructions");

/** Opens the page at *url* and waits until the extension's page *name* is loaded in it. */
const open = async (name, url) => {
  await page.goto(url);
  await page.locator(`iframe[src$="/${name}.html"][data-loaded]`).waitFor();
};

/** Returns how many pixels the extension's page *name* is wider than its frame, which has *width* pixels at most. */
const tooWide = async (name, width) => {
  const { shown, whole } = await frameOf(name).evaluate(() => {
    const { clientWidth, scrollWidth } = document.documentElement;
    return { shown: clientWidth, whole: scrollWidth };
  });
  if (shown > width) throw new Error(`The frame has ${shown} pixels.`);
  return whole - shown;
};

/** Returns the text of the first alert of a page of the extension. */
const alertOf = async (frame) => {
  const alert = frame.getByRole("alert").first();
  await alert.waitFor();
  return alert.innerText();
};

/** Returns the id or the text of what has the focus in the dialog. */
const focused = () => frameOf("dialog").evaluate(() => document.activeElement?.id || document.activeElement?.textContent);

/** Presses Tab until *wanted*, an id or a text, has the focus in the dialog. */
const tabTo = async (wanted) => {
  for (let presses = 0; presses < 60; presses += 1) {
    if ((await focused()) === wanted) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab does not reach ${wanted}.`);
};

/** Returns when the extension's page *name* painted first: `{name, startTime}`, in milliseconds of its own clock. */
const paintsOf = (name) => frameOf(name).evaluate(() => performance.getEntriesByType("paint").map((one) => one.toJSON()));

/** Returns what went wrong in the page's scripts. A document that nobody has written yet answers 404, which is logged. */
const faults = () => page.problems.filter((text) => !text.includes("status of 404"));

/** Makes the app unreachable for the page, or lets something else answer in its place. */
const appAnswers = (answer) => page.route("**/api/**", (route) => (isOfApp(route.request()) ? answer(route) : route.continue()));
const isOfApp = (request) => new URL(request.url()).origin === app;
const asNobody = (route) => route.abort("connectionrefused");
const asWebPage = (route) => route.fulfill({ contentType: "text/html", body: "<title>Sign in</title><h1>Sign in</h1>" });
