"""`make demo SCENARIO=boards`: from a click in a work item to the pull request, in Chromium.

A person opens a work item, chooses Autocoder, starts the run in the dialog, and watches it; then does so
for three work items in the results of a query. The pictures of what the person saw are kept, and others of
each page in each theme, wide and narrow.
https://learn.microsoft.com/azure/devops/extend/develop/add-action
"""

import re
from functools import partial
from pathlib import Path
from typing import Any

from emulators.platform import browser, extension_pages
from emulators.platform.browser import Browser, ProgramError
from emulators.platform.clients.app import App
from emulators.platform.console.run_result import heading, print_result
from emulators.platform.plan import Plan
from emulators.platform.processes import PlatformError
from emulators.platform.running import Platform
from emulators.platform.sample import Sample, create_sample
from emulators.platform.scenarios.parts.looks import take_looks

JSON = dict[str, Any]
STEPS = Path(__file__).with_suffix(".js")
ONE = """
await openDialog(url);
await startAll("one", 1);
await page.reload();
await page.locator('iframe[src$="/group.html"][data-loaded]').waitFor();
await inside("group").getByRole("link", { name: /pull request/i }).first().waitFor();
await picture("one-4-work-item");
"""
SEVERAL = """
await openDialog(url, numbers);
await startAll("several", numbers.length);
"""
ACTS = """
const picture = (name, fullPage = false) => page.screenshot({ path: `${folder}/${name}.png`, fullPage });
const told = async (act) => {
  try {
    await act();
  } catch (problem) {
    await picture("stopped", true);
    throw new Error([problem.message, ...page.problems].join("; "));
  }
  return page.problems;
};
const startAll = async (name, count) => {
  await canStart();
  await picture(`${name}-1-form`);
  await startButton.click();
  await dialog.getByRole("button", { name: /cancel/i }).first().waitFor();
  await picture(`${name}-2-at-work`);
  await havePullRequests(count, seconds);
  await picture(`${name}-3-ended`);
};
"""
PICTURES = "pictures"
# the answer for a document that nobody has written yet; Chromium calls it an error
MISSING_DOCUMENT = re.compile(r"Failed to load resource: .* 404 .*/ExtensionManagement/.*/Documents/")
BROWSER_SECONDS = 60  # for what is not the run itself
TITLES = (
    "Explain the options in the README",
    "Sort the names in the output",
    "Say which version is installed",
)
WINDOW = {"viewport": {"width": 1180, "height": 1000}}


def prepare(plan: Plan) -> Plan:
    """Check that there is a browser and that the pages can be built; raises `PlatformError` if not."""
    reason = browser.missing() or extension_pages.missing()
    if reason is not None:
        raise PlatformError(
            f"This scenario drives the extension's dialog in Chromium, but {reason}.\n"
            "Then try again, or see the same run without a browser: make demo"
        )
    return plan


def show(platform: Platform, seconds: float) -> bool:
    """Start one run, then three, within *seconds* each; returns whether nothing is missing."""
    sample, app = create_sample(platform), App(platform.plan)
    extension_pages.build_pages(platform.plan)  # again, because here it must not fail
    print(f"work item     {sample.work_item_url}", flush=True)
    folder = platform.plan.folder(PICTURES)
    given: JSON = {"context": WINDOW, "folder": str(folder), "seconds": seconds}
    with Browser() as running:
        print("Choosing Autocoder on the work item, then Start Autocoder ...", flush=True)
        act(running, ONE, url=sample.work_item_url, **given)
        good = print_result(platform.plan, sample, _newest(app, sample.work_item["id"]))
        items = [_add_item(sample, title) for title in TITLES]
        numbers = [item["id"] for item in items]
        heading(f"Three work items at once: {', '.join(map(str, numbers))}")
        lists = f"{sample.person.url}/{sample.project}/_queries"
        act(running, SEVERAL, url=lists, numbers=numbers, **given)
        heading("How it looks: in light, dark and high contrast, wide and narrow")
        take_looks(partial(act, running, **given), sample)
    runs = [_newest(app, number) for number in numbers]
    print("\n".join(f"  {run['workItemId']}: {run['status']}  {run['pullRequestUrl']}" for run in runs))
    heading("Pictures of what the person saw")
    print("\n".join(f"  {picture}" for picture in sorted(folder.glob("*.png"))), flush=True)
    return good and all(run["pullRequestUrl"] for run in runs)


def act(running: Browser, program: str, **values: Any) -> None:
    """Run *program* in the browser.

    Raises `PlatformError` with the reason when it fails, or when a page has written an error to its console.
    """
    whole = f"{STEPS.read_text()}{ACTS}return told(async () => {{{program}}});"
    try:
        written = running.run(whole, limit=values["seconds"] + BROWSER_SECONDS, **values)
    except ProgramError as error:
        raise PlatformError(f"The browser did not get to the end:\n{error}") from None
    problems = [problem for problem in written if not MISSING_DOCUMENT.match(problem)]
    if problems:
        raise PlatformError("The page wrote errors to its console:\n" + "\n".join(problems))


def _newest(app: App, number: int) -> JSON:
    """Return the newest run of the work item *number*; raises `PlatformError` when there is none."""
    found = app.runs(workItemId=number)
    if not found:
        raise PlatformError(f"The dialog started no run of work item {number}.")
    return dict(found[0])


def _add_item(sample: Sample, title: str) -> JSON:
    return sample.person.create_work_item(sample.project, "User Story", {"System.Title": title})
