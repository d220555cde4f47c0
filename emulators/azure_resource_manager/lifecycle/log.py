"""The output of one container, with the time at which each line was written.

Sizes, `tail` and `timestamps`: https://learn.microsoft.com/azure/container-instances/container-instances-get-logs
and https://learn.microsoft.com/rest/api/container-instances/containers/list-logs.
"""

import asyncio
import contextlib
import os
import re
from bisect import bisect_right
from pathlib import Path

from emulators.azure_resource_manager.lifecycle.times import now

MAX_BYTES_RUNNING = 4 << 20
MAX_BYTES_STOPPED = 16 << 10
MAX_LINES_STOPPED = 1000
CHUNK = 1 << 16  # a pipe holds no more
MAX_TIMES = 100_000
MILLISECOND = len("2026-01-01T00:00:00.000")


class Log:
    """The output of a container in *file*; the times of its lines are in memory, by position in the file."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.places: list[int] = []  # the position in the file of the output at each of `times`
        self.times: list[str] = []
        self._size = 0
        self._reader = -1

    def open(self) -> int:
        """Empty the file and return a descriptor to write to; the caller closes it once a process has it."""
        self.finish()
        self.places, self.times, self._size = [], [], 0
        self.file.write_bytes(b"")
        self._reader, writer = os.pipe()
        os.set_blocking(self._reader, False)
        asyncio.get_running_loop().add_reader(self._reader, self._read_one)
        return writer

    def finish(self) -> None:
        """Read the rest of the output and stop recording, after the writing processes have ended."""
        for _ in range(4):
            if self._reader < 0 or not self._read_one():
                break
        self._close()

    def write(self, text: str) -> None:
        """Replace the output by *text*, for a container that could not be started."""
        self.finish()
        self.file.write_text(text)
        self.places, self.times = [0], [now()]

    def read(self, tail: int | None, *, timestamps: bool, running: bool) -> str:
        """Return the output, cut as by the service and to the last *tail* lines, optionally with times."""
        start, content = _end_of(self.file, MAX_BYTES_RUNNING if running else MAX_BYTES_STOPPED)
        lines = []
        for line in re.findall(rb"[^\n]*\n|[^\n]+", content):
            text = line.decode("utf-8", "replace")
            lines.append(f"{self._time_at(start)} {text}" if timestamps else text)
            start += len(line)
        if not running:
            lines = lines[-MAX_LINES_STOPPED:]
        if tail is not None:
            lines = lines[-tail:] if tail else []
        return "".join(lines)

    def _time_at(self, place: int) -> str:
        """Return when the byte at *place* was written."""
        return self.times[max(bisect_right(self.places, place) - 1, 0)] if self.times else now()

    def _read_one(self) -> bool:
        """Append up to one chunk of new output; returns whether there was any."""
        try:
            chunk = os.read(self._reader, CHUNK)
        except BlockingIOError:
            return False
        if not chunk:
            self._close()
            return False
        self._note_time()
        self._size += len(chunk)
        with contextlib.suppress(FileNotFoundError), self.file.open("ab") as file:
            file.write(chunk)
        return True

    def _note_time(self) -> None:
        """Record the time of the next output, at most once a millisecond; old times are dropped."""
        moment = now()
        if self.times and self.times[-1][:MILLISECOND] == moment[:MILLISECOND]:
            return
        if len(self.times) >= MAX_TIMES:
            del self.places[: MAX_TIMES // 2], self.times[: MAX_TIMES // 2]
        self.places.append(self._size)
        self.times.append(moment)

    def _close(self) -> None:
        if self._reader >= 0:
            asyncio.get_running_loop().remove_reader(self._reader)
            os.close(self._reader)
            self._reader = -1


def _end_of(file: Path, size: int) -> tuple[int, bytes]:
    """Return the last *size* bytes of *file* and where they begin; nothing when it does not exist."""
    try:
        with file.open("rb") as log:
            start = max(log.seek(0, 2) - size, 0)
            log.seek(start)
            return start, log.read()
    except FileNotFoundError:
        return 0, b""
