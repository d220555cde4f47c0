"""The team's commands, run by the `verify` container in a fresh checkout of the very commit to be pushed.

The commands are the repository's own code: what they leave in `verification` is read as a stranger's.
"""

import os
import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from autocoder.shared.redaction import Redactor
from runner.files import read_regular, write_whole

TOTAL_SECONDS = 420.0  # for checkout and commands; the orchestration leaves 10 minutes after the agent's
RESERVED_SECONDS = 8.0  # of them, for a command that has to be killed, and for its result
LOOK_SECONDS = 0.02
MAX_OUTPUT = 2_000
OVERDUE = 124  # what `timeout` says
_NUMBER = re.compile(rb"\d{1,9}(?:\.\d{1,4})?")


def not_run(command: str) -> dict[str, Any]:
    """Return what `result.json` says of a command that was not run."""
    return {"command": command, "exitCode": None, "seconds": 0.0, "output": ""}


class Verification:
    """Hands the commands to the `verify` container and reads what came of them."""

    def __init__(self, control: Path, verification: Path, redactor: Redactor) -> None:
        self._control, self._verification, self._redactor = control, verification, redactor

    @property
    def checkout(self) -> Path:
        """Where the commit is to be checked out: `verify` copies it from there, where it cannot write."""
        return self._control / "checkout"

    def run(self, setup: Sequence[str], verify: Sequence[str], seconds: float) -> list[dict[str, Any]]:
        """Run the commands, in order, and return what `result.json` says of each.

        They have *seconds* in all. One of *setup* that fails is the last; what was not run has no exit code.
        """
        commands = [*setup, *verify]
        for number, command in enumerate(commands, 1):
            write_whole(self._control / "verify" / f"{number}.sh", command + "\n")
        write_whole(self._control / "verify" / "setup", str(len(setup)))
        write_whole(self._control / "verify" / "seconds", str(max(1, int(seconds - RESERVED_SECONDS))))
        write_whole(self._control / "verify.ready")
        until = time.monotonic() + seconds
        while not os.path.lexists(self._verification / "done") and time.monotonic() < until:
            time.sleep(LOOK_SECONDS)
        return [self._result(number, command) for number, command in enumerate(commands, 1)]

    def _result(self, number: int, command: str) -> dict[str, Any]:
        code, log = self._number(f"{number}.exit"), self._read(f"{number}.log", 4 * MAX_OUTPUT)
        if code is None and log is None:
            return not_run(command)
        output = self._redactor.redact((log or b"").decode(errors="replace"))[-MAX_OUTPUT:]
        if code in (None, OVERDUE):
            output += "\n[the command did not end in time]"
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
        """Return the end of a result, None where there is none: no link is followed on the way."""
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            folder = os.open(self._verification / "results", flags)
        except OSError:
            return None
        try:
            return read_regular(name, limit, tail=True, folder=folder)
        finally:
            os.close(folder)
