"""`make demo SCENARIO=boards`: from a click in a work item to the pull request, in Chromium.

A person opens a work item, chooses Autocoder, starts the run in the dialog, and watches it; then does so
for three work items in the results of a query. The pictures of what the person saw are kept.
https://learn.microsoft.com/azure/devops/extend/develop/add-action
"""

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
const picture = (name) => page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
const told = async (act) => {
  try {
    await act();
  } catch (problem) {
    await picture("stopped");
    throw new Error([problem.message, ...page.problems].join("; "));
  }
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
    print(
        f"extension     {extension_pages.build_pages(platform.plan)}\nwork item     {sample.work_item_url}",
        flush=True,
    )
    folder = platform.plan.folder(PICTURES)
    given = {"context": WINDOW, "folder": str(folder), "seconds": seconds}
    with Browser() as browser:
        print("Choosing Autocoder on the work item, then Start Autocoder ...", flush=True)
        _act(browser, ONE, url=sample.work_item_url, **given)
        good = print_result(platform.plan, sample, _newest(app, sample.work_item["id"]))
        items = [_add_item(sample, title) for title in TITLES]
        numbers = [item["id"] for item in items]
        heading(f"Three work items at once: {', '.join(map(str, numbers))}")
        lists = f"{sample.person.url}/{sample.project}/_queries"
        _act(browser, SEVERAL, url=lists, numbers=numbers, **given)
    runs = [_newest(app, number) for number in numbers]
    print("\n".join(f"  {run['workItemId']}: {run['status']}  {run['pullRequestUrl']}" for run in runs))
    heading("Pictures of what the person saw")
    print("\n".join(f"  {picture}" for picture in sorted(folder.glob("*.png"))), flush=True)
    return good and all(run["pullRequestUrl"] for run in runs)


def _act(browser: Browser, program: str, **values: Any) -> None:
    """Run *program* in the browser; raises `PlatformError` with the reason when it fails."""
    try:
        browser.run(f"{STEPS.read_text()}{ACTS}await told(async () => {{{program}}});", **values)
    except ProgramError as error:
        raise PlatformError(f"The browser did not get to the end:\n{error}") from None


def _newest(app: App, number: int) -> JSON:
    """Return the newest run of the work item *number*; raises `PlatformError` when there is none."""
    found = app.runs(workItemId=number)
    if not found:
        raise PlatformError(f"The dialog started no run of work item {number}.")
    return dict(found[0])


def _add_item(sample: Sample, title: str) -> JSON:
    return sample.person.create_work_item(sample.project, "User Story", {"System.Title": title})
