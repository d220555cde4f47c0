"""The agent's final message: searched backwards from the end of its output, however long that is.

It is the text of the last event that ends the run or, if a CLI's last event has none, the last words of the
agent. An agent that prints no events says everything in plain text, of which the end is the message.

What an agent says of its failure is in the event that ends the run, in an error after which it did nothing
more, or in the plain lines at the end of its output.
"""

import os
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from autocoder.shared.redaction import OVERLAP, Redactor
from runner.files import open_regular, read_regular
from runner.supervisor.events import MAX_EVENT, Event, EventTable
from runner.supervisor.one_line import one_line

PIECE = 1_000_000  # bytes
MAX_SEARCHED = 64_000_000  # bytes after the final message
MAX_SUMMARY = 20_000  # characters
MAX_PLAIN_TEXT = 4_000  # characters of plain text
MAX_FAILURE = 500  # characters of what is told of a failure
MAX_PLAIN_LINES = 3  # of them
WORK = ("said", "tool", "result")  # kinds of events of an agent that goes on


class FinalMessage(NamedTuple):
    """The text of the final message, whether it reports a failure, and whether the log has one.

    It is not there either when a CLI that reports its end did not; *claims_success* is what the report says.
    *failure* is what its events said of a failure, after which it did nothing more, and *last_words* is what
    it printed last beside events, each as one line; an agent that succeeded may have printed them.
    """

    text: str = ""
    is_error: bool = False
    found: bool = True
    failure: str = ""
    last_words: str = ""
    claims_success: bool = False


def read_final_message(log: Path, table: EventTable, redactor: Redactor) -> FinalMessage:
    """Return the agent's final message, redacted, from its output in *log*."""
    if table.is_empty:
        tail = read_regular(log, 4 * MAX_PLAIN_TEXT + OVERLAP, tail=True) or b""
        text = redactor.redact(tail.decode(errors="replace"))[-MAX_PLAIN_TEXT:].strip()
        last = "\n".join(text.splitlines()[-MAX_PLAIN_LINES:])
        return FinalMessage(text, last_words=one_line(last)[-MAX_FAILURE:])
    search = _Search(table)
    for line in _lines_backwards(log):
        if search.is_over(line):
            break
    text = redactor.redact(search.text[: MAX_SUMMARY + OVERLAP])  # before the cut: half a secret is not found
    failure, last_words = (
        one_line(redactor.redact(words[: MAX_FAILURE + OVERLAP]))[:MAX_FAILURE]
        for words in (search.failure, search.last_words)
    )
    return FinalMessage(
        text[:MAX_SUMMARY].strip(),
        search.is_error,
        search.is_whole,
        failure,
        last_words,
        search.claims_success,
    )


class _Search:
    """Takes the lines of the output, the last one first."""

    def __init__(self, table: EventTable) -> None:
        self._table = table
        self._end: Event | None = None
        self._pieces: deque[str] = deque()  # of the last message
        self._length = 0
        self._error, self._plain = "", deque[str](maxlen=MAX_PLAIN_LINES)
        self._went_on = False  # what the agent printed before it did something else explains no failure

    @property
    def found(self) -> bool:
        """Whether there is a final message."""
        return self._end is not None if self._table.has_final_text else bool(self._pieces)

    @property
    def is_whole(self) -> bool:
        """Whether there is a final message, and the report of an end if the CLI gives one."""
        return self.found and (self._end is not None or not self._table.has_end)

    @property
    def is_error(self) -> bool:
        """Whether the agent reported that it failed."""
        return self._end is not None and self._end.failed

    @property
    def claims_success(self) -> bool:
        """Whether the agent reported that it did not fail."""
        return self._end is not None and not self._end.failed

    @property
    def text(self) -> str:
        """The text of the final message."""
        if self._table.has_final_text:
            return self._end.text if self._end else ""
        return "".join(self._pieces)

    @property
    def failure(self) -> str:
        """What the agent's events said last of a failure."""
        told = self._end.text if self._end is not None and self._end.failed else ""
        return told or self._error

    @property
    def last_words(self) -> str:
        """The last lines that are no events."""
        return "\n".join(self._plain)

    def is_over(self, line: bytes) -> bool:
        """Whether the final message is complete with *line*."""
        events = self._table.read(line.decode(errors="replace"))
        if events is None:
            self._add_plain(line)
            return False
        is_continued = False
        for event in reversed(events):
            self._went_on |= event.kind in WORK
            if event.kind == "end":
                self._end = self._end or event
            elif event.kind == "error" and not self._went_on:
                self._error = self._error or event.text
            elif event.kind == "said" and self._is_wanted(event):
                self._pieces.appendleft(event.text)
                self._length += len(event.text)
                is_continued = event.joined and self._length < MAX_EVENT
        return self.found and not is_continued

    def _add_plain(self, line: bytes) -> None:
        """Keep a last line that is no event, such as what a program prints when it crashes."""
        text = line[-MAX_FAILURE:].decode(errors="replace").strip()
        if text and not self._went_on and len(self._plain) < MAX_PLAIN_LINES:
            self._plain.appendleft(text)

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
