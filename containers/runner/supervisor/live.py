"""Uploads the logs and the progress of a run while it is in progress, in a separate thread.

`log.txt` is the readable log, `stream.txt` the agent's own output, redacted.

https://learn.microsoft.com/rest/api/storageservices/append-block
"""

import contextlib
import json
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from runner.blobs import Client, ExchangeError
from runner.supervisor.agent_log import AgentLog

PIECE = 1_000_000  # characters; a block of an append blob may have 4 MiB
MAX_BLOCKS = 49_000  # an append blob may have 50,000
LOOK_SECONDS, APPEND_SECONDS, PROGRESS_SECONDS = 0.1, 0.5, 5.0
FIRST_REPORT_SECONDS = 0.1  # a run that ends earlier reports no progress, only its result
MAX_QUIET_SECONDS = 60.0  # after which the same progress is reported again: the app sees that this runs


class _AppendBlob:
    """Text that is appended to a blob; what could not be uploaded yet is kept."""

    def __init__(self, url: str) -> None:
        self._url, self._pending = url, ""
        self._position = self._blocks = 0

    @property
    def is_pending(self) -> bool:
        """Whether some text has still to be uploaded."""
        return bool(self._pending) and self._blocks < MAX_BLOCKS

    def add(self, text: str) -> None:
        """Add *text* to what will be uploaded."""
        self._pending += text

    def upload(self, client: Client) -> None:
        """Upload all text. Raises `ExchangeError` when the upload fails."""
        while self.is_pending:
            data = self._pending[:PIECE].encode("utf-8", "replace")
            client.append(self._url, data, self._position)
            self._pending = self._pending[PIECE:]
            self._position += len(data)
            self._blocks += 1


class LiveReport:
    """Follows the agent's log and reports the phase, from its creation until `finish`.

    *told* is called once for each phase after the first, when `progress.json` has it. It must not block.
    """

    def __init__(
        self,
        urls: Mapping[str, str],
        log: AgentLog,
        usage: Callable[[], dict[str, Any]],
        minutes: float,
        told: Callable[[], object] = lambda: None,
    ) -> None:
        self._urls, self._log, self._usage, self._told = urls, log, usage, told
        self._append_seconds = max(APPEND_SECONDS, minutes * 60 / MAX_BLOCKS)
        self._client = Client()
        self._phase, self._reported = "preparing", ("preparing", 0)
        self._stream, self._readable = _AppendBlob(urls["stream.txt"]), _AppendBlob(urls["log.txt"])
        self._next_append = self._next_progress = self._next_repeat = 0.0
        self._quiet_until = time.monotonic() + FIRST_REPORT_SECONDS
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
        return self._stream.is_pending or self._readable.is_pending

    def _report(self, *, at_end: bool) -> None:
        """Upload what is new. An upload that fails is repeated the next time."""
        piece = self._log.read(at_end=at_end)
        self._stream.add(piece.raw)
        self._readable.add(piece.readable)
        now = time.monotonic()
        is_due = self._reported[0] != self._phase or now >= self._next_progress
        # The progress comes first, because the app gives up a run that shows no progress.
        with contextlib.suppress(ExchangeError):
            if is_due and now >= self._quiet_until and not self._finished.is_set():
                self._progress()
                self._next_progress = now + PROGRESS_SECONDS
        with contextlib.suppress(ExchangeError):
            if self._is_pending and (at_end or now >= self._next_append):
                self._stream.upload(self._client)  # first, so that the app never finds a log without a stream
                self._readable.upload(self._client)
                self._next_append = now + self._append_seconds

    def _progress(self) -> None:
        phase, usage = self._phase, self._usage()
        if self._reported != (phase, usage["turns"]) or time.monotonic() >= self._next_repeat:
            body = {"phase": phase, "updatedAt": datetime.now(UTC).isoformat(), "usage": usage}
            self._client.put(self._urls["progress.json"], json.dumps(body).encode())
            is_new = phase != self._reported[0]
            self._reported = (phase, usage["turns"])
            self._next_repeat = time.monotonic() + MAX_QUIET_SECONDS
            if is_new:
                self._told()
