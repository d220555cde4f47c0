"""A small extension on an origin of its own, a server whose pages host it, and Chromium to look at them."""

import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from emulators.azure_devops.__main__ import build
from emulators.azure_devops.control.client import AzureDevOps
from emulators.azure_devops.core.services import ExtensionSource
from emulators.extension_files.__main__ import build as build_files
from emulators.platform.browser import Browser, missing
from emulators.platform.processes import ROOT
from tests.emulators.azure_devops.conftest import Running
from tests.needs import need

FIXTURE = Path(__file__).with_name("fixture")
SDK = ROOT / "extension" / "node_modules" / "azure-devops-extension-sdk"
PAGES = ("action", "dialog", "panel", "broken", "group", "settings")
PROJECT = "Fabrikam Fiber"
HTML = """<!DOCTYPE html>
<html lang="en"><body style="margin:0"><script type="module" src="page.js"></script></body></html>
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    need(missing())
    with Browser() as running:
        yield running


@pytest.fixture(scope="module")
def extension(tmp_path_factory) -> Path:
    """The folder of an extension whose pages are built and use Microsoft's SDK, if it is installed."""
    folder = tmp_path_factory.mktemp("extension")
    built = folder / "dist" / "extension"
    shutil.copytree(FIXTURE, built)
    for name in PAGES:
        (built / "pages" / f"{name}.html").write_text(HTML)
    (built / "hidden").mkdir()
    (built / "hidden" / "task.js").write_text("// not for browsers")
    if SDK.is_dir():
        shutil.copytree(SDK / "esm", built / "pages" / "sdk")
    return folder


@pytest.fixture(scope="module")
def files(extension: Path, tmp_path_factory) -> Iterator[Running]:
    """The origin of the extension's files."""
    running = Running(tmp_path_factory.mktemp("files"), lambda _: build_files(extension))
    yield running
    running.stop()


@pytest.fixture(scope="module")
def server(extension: Path, files: Running, tmp_path_factory) -> Iterator[Running]:
    """An Azure DevOps whose pages host the extension."""
    source = ExtensionSource(extension, files.url)
    running = Running(tmp_path_factory.mktemp("state"), partial(build, extension=source))
    yield running
    running.stop()


@pytest.fixture(scope="module")
def items(ado: AzureDevOps) -> list[int]:
    """The numbers of three work items."""
    titles = ("Add a login page", "Sort the names", "Show <b>dates</b>")
    return [ado.create_work_item(PROJECT, "User Story", title)["id"] for title in titles]


@pytest.fixture(scope="module")
def project_url(ado: AzureDevOps) -> str:
    return f"{ado.url}/contoso/Fabrikam%20Fiber"


@pytest.fixture(scope="module")
def item_url(project_url: str, items: list[int]) -> str:
    return f"{project_url}/_workitems/edit/{items[0]}"
