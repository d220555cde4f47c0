"""The agent's final message: searched backwards from the end of its output, however long that is.

It is the text of the last event that ends the run or, if a CLI's last event has none, the last words of the
agent. An agent that prints no events says everything in plain text, of which the end is the message.
"""

import os
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from autocoder.shared.redaction import OVERLAP, Redactor
from runner.files import open_regular, read_regular
from runner.supervisor.events import MAX_EVENT, Event, EventTable

PIECE = 1_000_000  # bytes
MAX_SEARCHED = 64_000_000  # bytes after the final message
MAX_SUMMARY = 20_000  # characters
MAX_PLAIN_TEXT = 4_000  # characters of plain text


class FinalMessage(NamedTuple):
    """The text of the final message, whether it reports a failure, and whether the log has one."""

    text: str = ""
    is_error: bool = False
    found: bool = True


def read_final_message(log: Path, table: EventTable, redactor: Redactor) -> FinalMessage:
    """Return the agent's final message, redacted, from its output in *log*."""
    if table.is_empty:
        tail = read_regular(log, 4 * MAX_PLAIN_TEXT + OVERLAP, tail=True) or b""
        return FinalMessage(redactor.redact(tail.decode(errors="replace"))[-MAX_PLAIN_TEXT:].strip())
    search = _Search(table)
    for line in _lines_backwards(log):
        if search.is_over(line):
            break
    text = redactor.redact(search.text[: MAX_SUMMARY + OVERLAP])  # before the cut: half a secret is not found
    return FinalMessage(text[:MAX_SUMMARY].strip(), search.is_error, search.found)


class _Search:
    """Takes the lines of the output, the last one first."""

    def __init__(self, table: EventTable) -> None:
        self._table = table
        self._end: Event | None = None
        self._pieces: deque[str] = deque()  # of the last message
        self._length = 0

    @property
    def found(self) -> bool:
        """Whether there is a final message."""
        return self._end is not None if self._table.has_final_text else bool(self._pieces)

    @property
    def is_error(self) -> bool:
        """Whether the agent reported that it failed."""
        return self._end is not None and self._end.failed

    @property
    def text(self) -> str:
        """The text of the final message."""
        if self._table.has_final_text:
            return self._end.text if self._end else ""
        return "".join(self._pieces)

    def is_over(self, line: bytes) -> bool:
        """Whether the final message is complete with *line*."""
        events = self._table.read(line.decode(errors="replace"))
        if events is None:
            return False
        is_continued = False
        for event in reversed(events):
            if event.kind == "end":
                self._end = self._end or event
            elif event.kind == "said" and self._is_wanted(event):
                self._pieces.appendleft(event.text)
                self._length += len(event.text)
                is_continued = event.joined and self._length < MAX_EVENT
        return self.found and not is_continued

    def _is_wanted(self, event: Event) -> bool:
        """Whether *event* belongs to the last message, which may come in pieces."""
        if self._table.has_final_text:
            return False
        return event.joined or (not self._pieces and bool(event.text.strip()))


def _lines_backwards(path: Path) -> Iterator[bytes]:
    """Yield the lines of the regular file *path* from its end on; one that is too long is empty."""
    descriptor = open_regular(path)
    if descriptor is None:
        return
    with os.fdopen(descriptor, "rb") as file:
        size = position = os.fstat(descriptor).st_size
        parts: list[bytes] = []  # of the line that begins before `position`, the last part first
        length = 0
        while position > 0 and size - position < MAX_SEARCHED:
            count = min(PIECE, position)
            position -= count
            file.seek(position)
            *lines, last = file.read(count).split(b"\n")
            length += len(last)
            parts = [*parts, last] if length <= MAX_EVENT else []
            if lines:
                yield b"".join(reversed(parts))
                yield from reversed(lines[1:])
                parts, length = [lines[0]], len(lines[0])
        yield b"".join(reversed(parts)) if position == 0 else b""
