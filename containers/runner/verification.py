"""The team's commands, run by the `verify` container in a fresh checkout of the very commit to be pushed.

The commands are the repository's own code: what they leave in `verification` is read as a stranger's.
"""

import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from autocoder.redaction import Redactor
from runner.files import read_regular, write_whole

TOTAL_SECONDS = 420.0  # for all commands; the orchestration leaves 10 minutes after the agent's
LOOK_SECONDS = 0.02
LONGEST_OUTPUT = 2_000
NOT_RUN = 124  # what `timeout` says
_NUMBER = re.compile(rb"\d{1,9}(?:\.\d{1,4})?")


class Verification:
    """Hands the commands to the `verify` container and reads what came of them."""

    def __init__(self, control: Path, verification: Path, redactor: Redactor) -> None:
        self._control, self._verification, self._redactor = control, verification, redactor

    @property
    def checkout(self) -> Path:
        """Where the commit is to be checked out."""
        return self._verification / "checkout"

    def run(self, commands: Sequence[str], seconds: float = TOTAL_SECONDS) -> list[dict[str, Any]]:
        """Run *commands*, in order, and return what `result.json` says of each."""
        for number, command in enumerate(commands, 1):
            write_whole(self._control / "verify" / f"{number}.sh", command + "\n")
        write_whole(self._control / "verify" / "seconds", str(max(1, int(seconds))))
        write_whole(self._control / "verify.ready")
        until = time.monotonic() + seconds
        while not (self._verification / "done").exists() and time.monotonic() < until:
            time.sleep(LOOK_SECONDS)
        return [self._result(number, command) for number, command in enumerate(commands, 1)]

    def _result(self, number: int, command: str) -> dict[str, Any]:
        code = self._number(f"{number}.exit")
        tail = self._read(f"{number}.log", 4 * LONGEST_OUTPUT).decode(errors="replace")
        output = self._redactor.redact(tail)[-LONGEST_OUTPUT:]
        if code is None:
            output += "\n[the command did not end in time]"
        return {
            "command": command,
            "exitCode": NOT_RUN if code is None else int(code),
            "seconds": self._number(f"{number}.seconds") or 0.0,
            "output": output.strip(),
        }

    def _number(self, name: str) -> float | None:
        text = self._read(name, 100).strip()
        return float(text) if _NUMBER.fullmatch(text) else None

    def _read(self, name: str, limit: int) -> bytes:
        results = self._verification / "results"
        if results.is_symlink():
            return b""
        return read_regular(results / name, limit, tail=True) or b""
