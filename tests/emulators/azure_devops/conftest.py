"""An emulated Azure DevOps for the tests, with people and repositories."""

import asyncio
import os
import re
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from aiohttp import web

from emulators.azure_devops.__main__ import build
from emulators.azure_devops.control.client import AzureDevOps
from emulators.serving import Options, add_control

GIT = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_AUTHOR_NAME": "Someone",
    "GIT_AUTHOR_EMAIL": "someone@example.com",
    "GIT_COMMITTER_NAME": "Someone",
    "GIT_COMMITTER_EMAIL": "someone@example.com",
    "HOME": "/nonexistent",
    "LC_ALL": "C",
}


class Running:
    """A server in a thread of its own, that tests may stop and start again."""

    def __init__(self, state: Path, make: Callable[[Options], web.Application] = build) -> None:
        self.state = state
        self._make = make
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self._runner = self._wait(self._start())
        self.port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{self.port}"

    async def _start(self) -> web.AppRunner:
        app = self._make(Options(self.state, 0, 0))
        add_control(app)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return runner

    def _wait(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(30)

    def stop(self) -> None:
        self._wait(self._runner.cleanup())
        self._loop.call_soon_threadsafe(self._loop.stop)


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Running]:
    running = Running(tmp_path_factory.mktemp("state"))
    yield running
    running.stop()


@pytest.fixture(scope="module")
def ado(server: Running) -> Iterator[AzureDevOps]:
    with AzureDevOps(server.url) as client:
        client.create_project("Fabrikam Fiber", process="Agile")
        yield client


@pytest.fixture(scope="module")
def http(ado: AzureDevOps) -> Iterator[httpx.Client]:
    """Calls as the administrator, below the organisation."""
    base = f"{ado.url}/{ado.organization}/"
    accept = {"Accept": "application/json;api-version=7.1"}
    with httpx.Client(base_url=base, auth=("", ado.pat), headers=accept, timeout=30) as client:
        yield client


def git(*arguments: str, cwd: Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run git; a failure shows its output."""
    done = subprocess.run(["git", *arguments], cwd=cwd, env=GIT, capture_output=True, text=True, timeout=60)
    assert not check or done.returncode == 0, done.stderr
    return done


@pytest.fixture
def work_tree(tmp_path: Path) -> Path:
    """A small repository with one commit on main."""
    folder = tmp_path / "a work tree"
    folder.mkdir()
    git("init", "-q", "-b", "main", cwd=folder)
    (folder / "README.md").write_text("# Sample\n")
    (folder / "src").mkdir()
    (folder / "src" / "app.py").write_text("def answer():\n    return 41\n")
    git("add", ".", cwd=folder)
    git("commit", "-q", "-m", "Begin", cwd=folder)
    return folder


@pytest.fixture
def repository(ado: AzureDevOps, work_tree: Path, request: pytest.FixtureRequest) -> dict:
    """That repository, imported under the name of the test."""
    return ado.import_repository("Fabrikam Fiber", re.sub(r"\W+", " ", request.node.name), work_tree)


def with_pat(url: str, pat: str) -> str:
    return url.replace("http://", f"http://user:{pat}@", 1)


def commit(folder: Path, name: str, content: str, message: str = "Change") -> str:
    (folder / name).write_text(content)
    git("add", name, cwd=folder)
    git("commit", "-q", "-m", message, cwd=folder)
    return git("rev-parse", "HEAD", cwd=folder).stdout.strip()
