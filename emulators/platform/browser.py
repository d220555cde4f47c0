"""Headless Chromium, driven by playwright-core from the packages of the extension.

with Browser() as browser:
    title = browser.run("await page.goto(url); return page.title()", url=...)

https://playwright.dev/docs/api/class-page
"""

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from pathlib import Path
from typing import IO, Any, Self

from emulators.platform.processes import ROOT
from emulators.processes.marked import kill_marked

DRIVER = Path(__file__).with_suffix(".mjs")
PLAYWRIGHT = ROOT / "extension" / "node_modules" / "playwright-core"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
END_SECONDS = 30
DEFAULT_SECONDS = 150.0
MAX_ANSWER_BYTES = 16 << 20
CHUNK_BYTES = 1 << 16
MARK = "AUTOCODER_LOCAL_BROWSER"  # the variable that marks the browser's processes


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
        self._mark = uuid.uuid4().hex
        executable = next(filter(None, map(shutil.which, BROWSERS)))
        self._process = subprocess.Popen(
            ["node", str(DRIVER), executable],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "HOME": self._folder.name, MARK: self._mark},
            start_new_session=True,  # Ctrl-C ends this program first, which then ends the browser
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """End the browser: at once after an error, such as a Ctrl-C, and else when it has closed itself."""
        with contextlib.suppress(subprocess.TimeoutExpired, BrokenPipeError):
            _pipe(self._process.stdin).close()
            self._process.wait(0 if kind else END_SECONDS)
        self._kill()
        self._folder.cleanup()

    def run(
        self,
        program: str,
        *,
        context: dict[str, Any] | None = None,
        keep: str = "",
        limit: float = DEFAULT_SECONDS,
        **values: object,
    ) -> Any:  # whatever JSON the program returns
        """Return the result of the JavaScript *program*, which uses `page` and each of *values* by its name.

        *context* holds options of the browser's context, such as viewport or colour scheme. Programs with the
        same *keep* share a page. Raises `ProgramError` when the program fails; after *limit* seconds, and for
        an answer over `MAX_ANSWER_BYTES`, the browser ends as well.
        """
        call = {"program": program, "values": values, "context": context or {}, "keep": keep}
        answer = self._ask(json.dumps(call).encode(), limit)
        if "error" in answer:
            raise ProgramError(answer["error"])
        return answer["result"]

    def _ask(self, line: bytes, limit: float) -> dict[str, Any]:
        try:
            requests = _pipe(self._process.stdin)
            requests.write(line + b"\n")
            requests.flush()
            found: dict[str, Any] = json.loads(self._answer(limit))
        except (BrokenPipeError, ValueError):  # closed, or ended in the middle of an answer
            raise ProgramError("The browser's driver has ended.") from None
        return found

    def _answer(self, limit: float) -> bytes:
        """Return the line that the driver answers; kills it and raises `ProgramError` at a limit."""
        pipe, deadline, line = _pipe(self._process.stdout), time.monotonic() + limit, bytearray()
        while not line.endswith(b"\n"):
            ready, _, _ = select.select([pipe], [], [], max(0.0, deadline - time.monotonic()))
            part = os.read(pipe.fileno(), CHUNK_BYTES) if ready else b""
            line += part
            if not ready or len(line) > MAX_ANSWER_BYTES:
                self._kill()
                kind = f"answered over {MAX_ANSWER_BYTES} bytes" if ready else f"took over {limit:g} s"
                raise ProgramError(f"The program in the browser {kind}.")
            if not part:
                break
        return bytes(line)

    def _kill(self) -> None:
        """Kill the driver and the browser, which has a session of its own, and wait for the driver."""
        if self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        kill_marked(MARK, self._mark)


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None or pipe.closed:
        raise BrokenPipeError
    return pipe
