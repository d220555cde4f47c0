"""A platform with the built extension and a browser, and the steps that a person takes in it."""

import itertools
from urllib.parse import quote

import pytest

from emulators.platform import extension_pages
from emulators.platform.app_settings import ORGANIZATION, PROJECT
from emulators.platform.browser import Browser, missing
from emulators.platform.extension_pages import build_pages
from emulators.platform.scenarios import boards as boards_scenario
from emulators.ports import AZURE_DEVOPS
from tests.end_to_end.conftest import case, quick  # noqa: F401  (fixtures)
from tests.needs import need

STEPS = boards_scenario.STEPS.read_text()
names = itertools.count(1)


@pytest.fixture(scope="session")
def browser():
    """Headless Chromium."""
    need(missing())
    with Browser() as running:
        yield running


class Boards:
    """The local Azure DevOps with the extension, as people see it in their browsers."""

    def __init__(self, platform, browser):
        self.platform, self.browser = platform, browser
        self.project = f"{platform.url(AZURE_DEVOPS)}/{ORGANIZATION}/{quote(PROJECT)}"
        self.organization = f"{platform.url(AZURE_DEVOPS)}/{ORGANIZATION}"

    def form(self, item, **query):
        """The address of a work item's form; *query* may name a person and a theme."""
        return self.address(f"_workitems/edit/{item['id']}", **query)

    def address(self, path, **query):
        """The address of a page of the project."""
        given = "&".join(f"{name}={quote(value)}" for name, value in query.items())
        return f"{self.project}/{path}{'?' if given else ''}{given}"

    def run(self, program, **values):
        """Run *program* after STEPS; returns its result."""
        return self.browser.run(STEPS + program, **values)

    def page(self):
        """A page that stays open from one program to the next: call it like `run`."""
        name = f"page-{next(names)}"
        return lambda program, **values: self.run(program, keep=name, **values)


@pytest.fixture(scope="session")
def boards(quick, browser):  # noqa: F811
    """The quick platform with the extension's pages, and a browser."""
    need(extension_pages.missing())
    assert build_pages(quick.plan).startswith("the button")
    return Boards(quick, browser)
