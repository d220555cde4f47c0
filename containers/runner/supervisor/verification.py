"""Runs the team's commands in the `verify` container, in a fresh checkout of the commit that will be pushed.

The commands run the repository's own code, so the files that they leave in `verification` are untrusted.
"""

import os
import re
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from autocoder.shared.redaction import Redactor
from runner.change.survey import FOLDER, parent
from runner.files import open_regular, read_regular, write_whole
from runner.supervisor.turns import Turn

TOTAL_SECONDS = 420.0  # for checkout and commands; the orchestration allows 10 minutes after the agent's time
RESERVED_SECONDS = 8.0  # of TOTAL_SECONDS, to kill a command that hangs and to write its result
LOOK_SECONDS = 0.02
MAX_OUTPUT = 2_000  # characters of a command's output, from its end
# https://www.gnu.org/software/coreutils/manual/html_node/timeout-invocation.html
OVERDUE = 124  # the exit code of `timeout` when the time is up
_NUMBER = re.compile(rb"\d{1,9}(?:\.\d{1,4})?")


def not_run(command: str) -> dict[str, Any]:
    """Return the entry in `result.json` for a *command* that was not run."""
    return {"command": command, "exitCode": None, "seconds": 0.0, "output": ""}


class Verification:
    """Passes the commands to the `verify` container and reads their results."""

    def __init__(self, turn: Turn, redactor: Redactor) -> None:
        self._turn, self._redactor = turn, redactor

    @property
    def checkout(self) -> Path:
        """The folder for the checkout. The `verify` container copies it and cannot write to it."""
        return self._turn.folder / "checkout"

    def run(self, setup: Sequence[str], verify: Sequence[str], seconds: float) -> list[dict[str, Any]]:
        """Run the commands in order and return the entry in `result.json` for each.

        Together they may take *seconds*. If a command of *setup* fails, the rest is not run. A command that
        was not run has no exit code.
        """
        commands = [*setup, *verify]
        for number, command in enumerate(commands, 1):
            write_whole(self._turn.folder / f"{number}.sh", command + "\n")
        write_whole(self._turn.folder / "setup", str(len(setup)))
        write_whole(self._turn.folder / "seconds", str(max(1, int(seconds - RESERVED_SECONDS))))
        self._turn.begin()
        until = time.monotonic() + seconds
        while not os.path.lexists(self._turn.exit_file) and time.monotonic() < until:
            time.sleep(LOOK_SECONDS)
        return [self._result(number, command) for number, command in enumerate(commands, 1)]

    def made(self, paths: Iterable[str]) -> frozenset[str]:
        """Return which of *paths*, which the checkout did not have, the commands have made as files there.

        They run untrusted code, which can only hide its own files from the list of withheld ones.
        """
        try:
            root = os.open(self._turn.answers / "checkout", FOLDER)
        except OSError:
            return frozenset()
        try:
            return frozenset(path for path in paths if _is_file(root, path))
        finally:
            os.close(root)

    def _result(self, number: int, command: str) -> dict[str, Any]:
        code, log = self._number(f"{number}.exit"), self._read(f"{number}.log", 4 * MAX_OUTPUT)
        if code is None and log is None:
            return not_run(command)
        output = self._redactor.redact((log or b"").decode(errors="replace"))[-MAX_OUTPUT:]
        if code in (None, OVERDUE):
            output += "\n[the command did not finish in time]"
        return {
            "command": command,
            "exitCode": OVERDUE if code is None else int(code),
            "seconds": self._number(f"{number}.seconds") or 0.0,
            "output": output.strip(),
        }

    def _number(self, name: str) -> float | None:
        text = (self._read(name, 100) or b"").strip()
        return float(text) if _NUMBER.fullmatch(text) else None

    def _read(self, name: str, limit: int) -> bytes | None:
        """Return the last *limit* bytes of a result, or None if there is none. Follows no symbolic link."""
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            folder = os.open(self._turn.results, flags)
        except OSError:
            return None
        try:
            return read_regular(name, limit, tail=True, folder=folder)
        finally:
            os.close(folder)


def _is_file(root: int, path: str) -> bool:
    """Whether *path* under *root* is a regular file; no link is followed."""
    with parent(root, path) as folder:
        descriptor = open_regular(path.rpartition("/")[2], folder) if folder >= 0 else None
    if descriptor is None:
        return False
    os.close(descriptor)
    return True
