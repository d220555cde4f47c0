"""Headless Chromium, driven by playwright-core from the packages of the extension.

with Browser() as browser:
    title = browser.run("await page.goto(url); return page.title()", url=...)

https://playwright.dev/docs/api/class-page
"""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Self

from emulators.platform.processes import ROOT

DRIVER = Path(__file__).with_suffix(".mjs")
PLAYWRIGHT = ROOT / "extension" / "node_modules" / "playwright-core"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
END_SECONDS = 30


class ProgramError(Exception):
    """A program in the browser failed; the text says where and why."""


def missing() -> str | None:
    """Return what keeps a browser from running here and how to install it, or None."""
    if not any(map(shutil.which, BROWSERS)):
        return "Chromium is not installed (Debian: apt-get install chromium)"
    if not shutil.which("node"):
        return "Node 20 or newer is not installed (https://nodejs.org)"
    return None if PLAYWRIGHT.is_dir() else "playwright-core is not installed: npm ci --prefix extension"


class Browser:
    """A running browser. Each program gets a page of its own, in a context without cookies or storage."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        executable = next(filter(None, map(shutil.which, BROWSERS)))
        self._process = subprocess.Popen(
            ["node", str(DRIVER), executable],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "HOME": self._folder.name},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait(END_SECONDS)
        self._folder.cleanup()

    def run(
        self, program: str, *, context: dict[str, Any] | None = None, keep: str = "", **values: object
    ) -> Any:  # whatever JSON the program returns
        """Return the result of the JavaScript *program*, which uses `page` and each of *values* by its name.

        *context* holds options of the browser's context, such as viewport or colour scheme. Programs with the
        same *keep* share a page. Raises `ProgramError` when the program fails.
        """
        call = {"program": program, "values": values, "context": context or {}, "keep": keep}
        answer = self._ask(json.dumps(call))
        if "error" in answer:
            raise ProgramError(answer["error"])
        return answer["result"]

    def _ask(self, line: str) -> dict[str, Any]:
        if self._process.stdin is None or self._process.stdout is None:
            raise ProgramError("The browser's driver has no pipes.")
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise ProgramError("The browser's driver has ended.")
        found: dict[str, Any] = json.loads(answer)
        return found
