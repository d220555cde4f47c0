"""A platform with the built extension and a browser, and the steps that a person takes in it."""

import itertools
import uuid
from pathlib import Path
from urllib.parse import quote

import pytest

from emulators.azure_devops.control.client import AzureDevOps
from emulators.platform import extension_pages
from emulators.platform.app_settings import ORGANIZATION, PROJECT
from emulators.platform.browser import Browser, missing
from emulators.platform.extension_pages import build_pages
from emulators.platform.scenarios import boards as boards_scenario
from emulators.ports import AZURE_DEVOPS, FUNCTIONS_HOST
from tests.end_to_end.conftest import case, new_repository, quick  # noqa: F401  (fixtures)
from tests.needs import need

STEPS = boards_scenario.STEPS.read_text() + Path(__file__).with_name("steps.js").read_text()
THEMES = ("light", "dark", "high-contrast")
NARROW = {"viewport": {"width": 480, "height": 900}}
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
        self.organization = f"{platform.url(AZURE_DEVOPS)}/{ORGANIZATION}"

    def form(self, item, **query):
        """The address of a work item's form; *query* may name a person and a theme."""
        return self.address(f"_workitems/edit/{item['id']}", **query)

    def address(self, path, *, project=PROJECT, **query):
        """The address of a page of the project, or of the organisation without one."""
        scope = "/".join(filter(None, (self.organization, quote(project))))
        given = "&".join(f"{name}={quote(value)}" for name, value in query.items())
        return f"{scope}/{path}{'?' if given else ''}{given}"

    def run(self, program, **values):
        """Run *program* after STEPS; returns its result."""
        return self.browser.run(STEPS + program, app=self.platform.url(FUNCTIONS_HOST), **values)

    def page(self):
        """A page that stays open from one program to the next: call it like `run`."""
        name = f"page-{next(names)}"
        return lambda program, **values: self.run(program, keep=name, **values)

    def control(self):
        """The control client of Azure DevOps, as a context manager."""
        return AzureDevOps(self.platform.url(AZURE_DEVOPS), ORGANIZATION)

    def person(self, group=rf"[{PROJECT}]\Contributors"):
        """The address of a new person in *group*, whose choices and drafts are nobody else's."""
        address = f"person-{uuid.uuid4().hex[:8]}@boards.invalid"
        with self.control() as control:
            control.create_identity(address.partition("@")[0], address)
            if group:
                control.add_to_group(address, group)
        return address


@pytest.fixture(scope="session")
def boards(quick, browser):  # noqa: F811
    """The quick platform with the extension's pages, and a browser."""
    need(extension_pages.missing())
    assert build_pages(quick.plan).startswith("the button")
    return Boards(quick, browser)
