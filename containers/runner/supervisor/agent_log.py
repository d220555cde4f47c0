"""Reads the agent's output while it grows, in bounded memory.

The redactor sees the output before it is divided into lines, because a secret may stand across two pieces.
"""

import codecs
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from autocoder.shared.redaction import Redactor
from runner.files import open_regular
from runner.supervisor.events import EventTable
from runner.supervisor.readable import ReadableLog

PIECE = 1_000_000  # bytes
MAX_STREAM = 32_000_000  # characters of the stream that is stored
MAX_LIVE_BYTES = 256_000_000  # that are read while the agent works
MAX_UNREAD_BYTES = 16_000_000  # that are read after its end; of more, only the last TAIL_BYTES
TAIL_BYTES = 8_000_000
CUT = "\n[the log was cut here because it is too long]\n"


class Piece(NamedTuple):
    """New text: the agent's own output, redacted, and the lines of the readable log."""

    raw: str = ""
    readable: str = ""


class AgentLog:
    """Follows the file *path*, to which untrusted code is writing. Not thread-safe.

    *usage* returns the gateway's counters, *notices* what is new to say about the model calls.
    """

    def __init__(
        self,
        path: Path,
        table: EventTable,
        redactor: Redactor,
        usage: Callable[[], Mapping[str, Any]],
        notices: Callable[[], Iterable[str]] = tuple,
    ) -> None:
        self._path, self._notices = path, notices
        self._readable = ReadableLog(table, redactor, usage)
        self._descriptor: int | None = None
        self._position = 0
        self._end: int | None = None  # the size of the file when it was complete
        self._left = MAX_STREAM  # characters that the stream may still have
        self._stream = redactor.stream()
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self.closed = False

    def read(self, *, at_end: bool) -> Piece:
        """Return the next piece, if any; with *at_end* the file is complete, and its last piece closes it."""
        if self.closed or not self._open():
            self.closed |= at_end
            return Piece()
        for notice in self._notices():
            self._readable.note(notice)
        skipped = self._skip_to_tail() if at_end else Piece()
        data = os.pread(self._descriptor or 0, self._count(), self._position)
        self._position += len(data)
        self.closed = at_end and not data
        piece = self._stored(self._decode(data, self.closed)) if self._left else self._unstored(data)
        if self.closed:
            os.close(self._descriptor or 0)
            piece = Piece(piece.raw, piece.readable + self._readable.close())
        return Piece(skipped.raw + piece.raw, skipped.readable + piece.readable)

    def _open(self) -> bool:
        """Open the file if it exists; the agent has started then."""
        if self._descriptor is None:
            self._descriptor = open_regular(self._path)
            if self._descriptor is not None:
                self._readable.begin()
        return self._descriptor is not None

    def _count(self) -> int:
        """Return how many bytes to read: no more than were there at the end, and not too many before it."""
        limit = MAX_LIVE_BYTES if self._end is None else self._end
        return max(0, min(PIECE, limit - self._position))

    def _skip_to_tail(self) -> Piece:
        """Go to the last part of a file of which too much is left; return the lines that say so."""
        if self._end is not None:
            return Piece()
        self._end = os.fstat(self._descriptor or 0).st_size
        if self._end - self._position <= MAX_UNREAD_BYTES:
            return Piece()
        self._position = self._end - TAIL_BYTES
        raw = CUT if self._left else ""
        self._left = 0
        return Piece(raw, self._readable.skip())

    def _stored(self, text: str) -> Piece:
        """Redact *text*, of which as much is stored as there is room for."""
        text = self._stream.feed(text) + (self._stream.close() if self.closed else "")
        if len(text) < self._left:
            self._left -= len(text)
            return Piece(text, self._readable.feed(text))
        whole = text + self._stream.close()
        raw, self._left = whole[: self._left] + CUT, 0
        return Piece(raw, self._readable.feed(whole) + self._readable.hide_text())

    def _unstored(self, data: bytes) -> Piece:
        """Take what has no room in the stream; the texts of its events are redacted one by one."""
        return Piece("", self._readable.feed(self._decode(data, self.closed)))
