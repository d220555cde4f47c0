"""The log of one step: a file with a time before each line, without secrets, of limited size.

https://learn.microsoft.com/rest/api/azure/devops/build/builds/get-build-log
"""

import datetime as dt
from pathlib import Path

from emulators.azure_devops.pipelines.agent.masks import Masks

MAX_LOG_BYTES = 32 << 20
CUT = "##[warning]The rest of this log was left out, because it is too large."


class Log:
    """Appends lines to the file at *path*; *lines* counts them."""

    def __init__(self, path: Path, masks: Masks) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file = path.open("ab")
        self._masks = masks
        self._bytes = 0
        self.lines = 0

    def write(self, text: str) -> None:
        """Append *text*, which may have several lines, with its secrets masked."""
        for line in self._masks.hide(text).splitlines() or [""]:
            if self._bytes > MAX_LOG_BYTES:
                return
            stamp = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
            content = f"{stamp}0Z {line}\n".encode(errors="replace")
            if self._bytes + len(content) > MAX_LOG_BYTES:
                content, self._bytes = f"{stamp}0Z {CUT}\n".encode(), MAX_LOG_BYTES + 1
            self._bytes += self._file.write(content)
            self.lines += 1
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()
