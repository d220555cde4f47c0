"""Uploads the redacted log and the progress of a run while it is in progress, in a separate thread.

https://learn.microsoft.com/rest/api/storageservices/append-block
"""

import codecs
import contextlib
import json
import os
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from autocoder.shared.redaction import Redactor
from runner.blobs import Client, ExchangeError
from runner.files import open_regular

MAX_LOG_BYTES = 32_000_000
PIECE = 1_000_000  # characters or bytes; a block of an append blob may have 4 MiB
MAX_BLOCKS = 49_000  # an append blob may have 50,000
LOOK_SECONDS, APPEND_SECONDS, PROGRESS_SECONDS = 0.1, 0.5, 5.0
CUT = "\n[the log was cut here because it is too long]\n"


class LiveReport:
    """Follows the agent's log and reports the phase, from its creation until `finish`."""

    def __init__(
        self,
        urls: dict[str, str],
        log: Path,
        redactor: Redactor,
        usage: Callable[[], dict[str, Any]],
        minutes: float,
    ) -> None:
        self._urls, self._usage = urls, usage
        self._log = _LogFollower(log, redactor)
        self._append_seconds = max(APPEND_SECONDS, minutes * 60 / MAX_BLOCKS)
        self._client = Client()
        self._phase, self._reported = "preparing", ("", 0)
        self._position = self._blocks = 0
        self._pending = ""
        self._next_append = self._next_progress = 0.0
        self._quiet_until = time.monotonic() + LOOK_SECONDS  # a run that ends earlier needs no progress
        self._ended = False
        self._wake, self._finished = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def phase(self, name: str) -> None:
        """Report that the run has entered the phase *name*."""
        self._phase = name

    def end_log(self) -> None:
        """Upload the rest of the log, which is complete now, without blocking the caller."""
        self._ended = True
        self._wake.set()

    def finish(self, timeout: float = 60) -> None:
        """Wait at most *timeout* seconds for the upload of the log. The result itself reports the end."""
        self._ended = True
        self._finished.set()
        self._wake.set()
        self._thread.join(timeout)

    def _run(self) -> None:
        while not self._finished.is_set():
            if not self._ended or self._log.closed:
                self._wake.wait(LOOK_SECONDS)
            self._wake.clear()
            self._report(at_end=self._ended)
        while not self._log.closed or self._is_pending:
            self._report(at_end=True)
            time.sleep(LOOK_SECONDS if self._is_pending else 0)

    @property
    def _is_pending(self) -> bool:
        """Whether some of the log has still to be uploaded."""
        return bool(self._pending) and self._blocks < MAX_BLOCKS

    def _report(self, *, at_end: bool) -> None:
        """Upload what is new. An upload that fails is repeated the next time."""
        self._pending += self._log.read(at_end=at_end)
        now = time.monotonic()
        is_due = self._reported[0] != self._phase or now >= self._next_progress
        # The progress comes first, because the app gives up a run that shows no progress.
        with contextlib.suppress(ExchangeError):
            if is_due and now >= self._quiet_until and not self._finished.is_set():
                self._progress()
                self._next_progress = now + PROGRESS_SECONDS
        with contextlib.suppress(ExchangeError):
            if self._pending and (at_end or now >= self._next_append):
                self._append()
                self._next_append = now + self._append_seconds

    def _append(self) -> None:
        while self._pending and self._blocks < MAX_BLOCKS:
            data = self._pending[:PIECE].encode("utf-8", "replace")
            self._client.append(self._urls["log.txt"], data, self._position)
            self._pending = self._pending[PIECE:]
            self._position += len(data)
            self._blocks += 1

    def _progress(self) -> None:
        phase, usage = self._phase, self._usage()
        if self._reported != (phase, usage["turns"]):
            body = {"phase": phase, "updatedAt": datetime.now(UTC).isoformat(), "usage": usage}
            self._client.put(self._urls["progress.json"], json.dumps(body).encode())
            self._reported = (phase, usage["turns"])


class _LogFollower:
    """Reads a growing file that untrusted code is writing, up to MAX_LOG_BYTES."""

    def __init__(self, path: Path, redactor: Redactor) -> None:
        self._path = path
        self._stream = redactor.stream()
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._descriptor: int | None = None
        self._read = 0
        self.closed = False

    def read(self, *, at_end: bool) -> str:
        """Return the new text, redacted; with *at_end* also what the redactor held back, and close."""
        if self.closed:
            return ""
        if self._descriptor is None:
            self._descriptor = open_regular(self._path)
        data = b""
        if self._descriptor is not None:
            data = os.pread(self._descriptor, min(PIECE, MAX_LOG_BYTES - self._read), self._read)
        self._read += len(data)
        text = self._stream.feed(self._decode(data))
        if self._read >= MAX_LOG_BYTES or (at_end and not data):
            self.closed = True
            text += self._stream.close() + (CUT if self._read >= MAX_LOG_BYTES else "")
        return text
