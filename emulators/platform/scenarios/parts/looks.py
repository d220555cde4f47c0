"""Pictures of the extension's pages in each theme, wide and narrow, for the docs and whoever changes them.

https://learn.microsoft.com/azure/devops/extend/develop/styles-from-modern-extension
"""

from collections.abc import Callable

from emulators.platform.sample import Sample

SETTINGS = "_settings/autocoder"
DIALOG = """
const box = page.locator("dialog.custom");
await openDialog(url);
await canStart();
await takeLooks("dialog-form", "dialog", box);
await startButton.click();
await dialog.getByText(/ tool /).first().waitFor({ timeout: seconds * 1000 });
await takeLooks("dialog-progress", "dialog", box);
await havePullRequests(1, seconds);
await takeLooks("dialog-ended", "dialog", box);
await dialog.getByRole("button", { name: "Open in panel" }).click();
await page.locator('iframe[src$="/panel.html"][data-loaded]').waitFor();
await inside("panel").getByRole("link", { name: /pull request/i }).first().waitFor();
await takeLooks("panel", "panel", page.locator("dialog.panel"));
"""
GROUP = """
await page.goto(url);
await page.locator('iframe[src$="/group.html"][data-loaded]').waitFor();
await inside("group").getByRole("link", { name: /pull request/i }).first().waitFor();
await takeLooks("group", "group", page.locator("[data-group]"));
"""
HUB = """
await page.goto(url);
await page.locator('iframe[src$="/settings.html"][data-loaded]').waitFor();
await inside("settings").getByRole("heading").first().waitFor();
await takeLooks("settings", "settings", page.locator("[data-hub]"));
await page.setViewportSize({ ...page.viewportSize(), height: WHOLE_SETTINGS });
await takeLooks("settings-whole", "settings", page.locator("[data-hub]"));
"""


def take_looks(act: Callable[..., None], sample: Sample) -> None:
    """Start one more run, and take the pictures with *act*, which runs a program in the browser."""
    fields = {name: sample.work_item["fields"][name] for name in ("System.Title", "System.Description")}
    item = sample.person.create_work_item(sample.project, "User Story", fields)
    project = f"{sample.person.url}/{sample.project}"
    url = f"{project}/_workitems/edit/{item['id']}"
    act(DIALOG, url=url)
    act(GROUP, url=url)
    act(HUB, url=f"{project}/{SETTINGS}")
