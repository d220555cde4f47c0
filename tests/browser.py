"""Headless Chromium for tests, driven by playwright-core from the packages of the extension.

with Browser() as browser:
    title = browser.run("await page.goto(url); return page.title()", url=...)
"""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
DRIVER = Path(__file__).with_suffix(".mjs")
PLAYWRIGHT = ROOT / "extension" / "node_modules" / "playwright-core"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def reason_to_skip() -> str | None:
    """Why there can be no browser here, or None."""
    if not any(map(shutil.which, BROWSERS)):
        return "Chromium is not installed (Debian: apt-get install chromium)"
    if not shutil.which("node"):
        return "Node is not installed"
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

    def __enter__(self) -> "Browser":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.stdin.close()
        self._process.wait(30)
        self._folder.cleanup()

    def run(self, program: str, *, context: dict | None = None, **values: object):
        """The result of the JavaScript *program*, which may use `page` and each of *values* by its name.

        *context* holds options of the browser's context, such as viewport or colour scheme.
        """
        call = {"program": program, "values": values, "context": context or {}}
        self._process.stdin.write(f"{json.dumps(call)}\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the browser's driver has ended"
        answer = json.loads(line)
        assert "error" not in answer, answer["error"]
        return answer["result"]
