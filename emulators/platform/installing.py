"""Installs packages and shows the progress; `make install` and `make install-demo` run it for each manifest.

    python -m emulators.platform.installing LABEL MANIFEST COMMAND...

The manifest is a `requirements.txt` with hashes or a `package-lock.json`; the command is a `pip install` or
an `npm ci`. This module needs only the standard library, because nothing is installed yet.
https://pip.pypa.io/en/stable/cli/pip_install/, https://docs.npmjs.com/cli/v10/using-npm/logging
"""

import json
import re
import subprocess
import sys
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path

SHOWN_LINES = 30
LINE_SECONDS = 10.0  # between two lines when the output is not a terminal
PACKAGE = re.compile(r"^Collecting (\S+)|^npm http fetch GET 200 \S+/(\S+)\.tgz ")


class Progress:
    """Shows the number of fetched packages: on one line of a terminal, or as a line every few seconds."""

    def __init__(self, label: str, total: int) -> None:
        self.label, self.total, self.done = label, total, 0
        self._began = self._printed = time.monotonic()

    def read(self, line: str) -> None:
        """Count a package when *line* of the installer's output names one."""
        found = PACKAGE.match(line)
        if found:
            self.done += 1
            self._show(found[1] or found[2])

    def _show(self, name: str) -> None:
        text = f"  {self.label}: {self.done} of about {self.total} packages"
        now = time.monotonic()
        if sys.stdout.isatty():
            print(f"\r\033[K{text}, {name[:40]}", end="", flush=True)
        elif now - self._printed > LINE_SECONDS:
            self._printed = now
            print(text, flush=True)

    def end(self) -> None:
        """Print how long it took."""
        start = "\r\033[K" if sys.stdout.isatty() else ""
        print(f"{start}  {self.label}: ready in {time.monotonic() - self._began:.0f} s", flush=True)


def main(argv: Sequence[str]) -> int:
    """Run the command and show its progress; returns its exit code."""
    label, manifest, *command = argv
    total = count(Path(manifest))
    print(f"Installing {total} packages for {label} ...", flush=True)
    progress, last = Progress(label, total), deque[str](maxlen=SHOWN_LINES)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        for line in process.stdout or ():
            last.append(line)
            progress.read(line)
    if process.returncode != 0:
        print(f"\n{''.join(last)}\nThe packages for {label} were not installed.", file=sys.stderr)
        return process.returncode if process.returncode > 0 else 1
    progress.end()
    return 0


def count(manifest: Path) -> int:
    """Return how many packages *manifest* pins."""
    text = manifest.read_text()
    if manifest.suffix == ".json":
        return sum(1 for path in json.loads(text)["packages"] if path)
    return len(re.findall(r"(?m)^[A-Za-z0-9][\w.-]*(?:\[[^\]]*\])?==", text))


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("\nThe installation was interrupted; run the same command again to continue.")
