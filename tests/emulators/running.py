"""Starts emulators as separate programs for tests."""

import contextlib
import json
import os
import ssl
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]


class Running:
    """One started emulator: its process, its URL and the folder of its state."""

    def __init__(self, process, url, state):
        self.process = process
        self.url = url
        self.state = state

    @property
    def bundle(self):
        return str(self.state / "certificates" / "bundle.pem")

    @property
    def tls(self):
        return ssl.create_default_context(cafile=self.bundle)


@contextlib.contextmanager
def running(name, state, *arguments, env=None):
    """Start emulator *name* on a free port, yield it when it listens, and end it."""
    command = [sys.executable, "-m", f"emulators.{name}", "--state", str(state), "--port", "0", *arguments]
    with subprocess.Popen(
        command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True, env={**os.environ, **(env or {})}
    ) as process:
        try:
            printed = []
            for line in process.stdout:
                printed.append(line)
                if " listening on " in line:
                    break
            else:
                raise AssertionError(f"{name} did not start: {''.join(printed)!r}")
            yield Running(process, line.rsplit(" ", 1)[1].strip(), Path(state))
        finally:
            process.terminate()
            process.wait(15)


def error_of(raised):
    """The JSON error body of an azure-core exception."""
    return json.loads(raised.value.response.text())["error"]
