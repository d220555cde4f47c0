"""The gateway's connections to the model provider. No other part of a run has the provider's key.

https://www.rfc-editor.org/rfc/rfc9112#section-9.3
"""

import http.client
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from runner.blobs import ExchangeError, connect, is_stale
from runner.gateway import allowed_calls
from runner.gateway.failed_try import FailedTry, read_failed_try
from runner.gateway.sockets import PIECE, shut_down

CONNECT_SECONDS = 20
UPSTREAM_SECONDS = 600
# An idle connection that ends this soon after a call was sent had been closed before the call arrived.
IDLE_END_SECONDS = 1.0


class Upstream(NamedTuple):
    """The model provider: its name, its base URL, and the run's key."""

    provider: str
    url: str
    key: str

    def __repr__(self) -> str:
        """Show everything but the key."""
        return f"Upstream({self.provider}, {self.url})"


class NoAnswerError(Exception):
    """A call got no answer.

    *is_served* says whether the provider may have received and billed it, *was_idle* whether it was sent
    on an idle connection that the provider had closed.
    """

    def __init__(self, *, is_served: bool, was_idle: bool = False) -> None:
        super().__init__(is_served, was_idle)
        self.is_served, self.was_idle = is_served, was_idle


class UpstreamConnection:
    """One connection to the provider, opened when it is needed and reused for later calls."""

    def __init__(self, upstream: Upstream, is_over: Callable[[], bool]) -> None:
        """Prepare a connection to *upstream*. When *is_over* returns true, nothing more is sent."""
        self._upstream, self._is_over = upstream, is_over
        self._connection: http.client.HTTPConnection | None = None
        self._socket: socket.socket | None = None  # `http.client` may drop it earlier
        self._was_idle = False
        self._sent_at = 0.0

    def send(self, method: str, target: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Send a call with the key; *target* is its path and query.

        Raises `NoAnswerError` when the provider cannot be reached or the run is over.
        """
        upstream, sent = self._upstream, dict(headers)
        if upstream.key:
            name, value = allowed_calls.key_header(upstream.provider, upstream.key)
            sent[name] = value
        if body or method == "POST":
            sent["Content-Length"] = str(len(body))
        path = urlsplit(upstream.url).path.rstrip("/") + target
        try:
            connection = self._reach()
            if self._is_over():  # the run may have ended while the connection was opened
                raise ConnectionAbortedError
            connection.request(method, path, body or None, sent)
        except (OSError, ValueError, http.client.HTTPException, ExchangeError):
            self.close()
            raise NoAnswerError(is_served=False) from None
        self._sent_at = time.monotonic()

    def answer(self) -> http.client.HTTPResponse:
        """Return the response, whose body has not been read. Raises `NoAnswerError` when there is none."""
        try:
            if self._connection is None:
                raise ConnectionAbortedError
            return self._connection.getresponse()
        except (OSError, ValueError, http.client.HTTPException):
            ended_idle = self._was_idle and time.monotonic() - self._sent_at < IDLE_END_SECONDS
            self.close()
            raise NoAnswerError(is_served=self._is_over() or not ended_idle, was_idle=ended_idle) from None

    def failed(self, answer: http.client.HTTPResponse) -> FailedTry:
        """Return what an answer with the status of a failure says; the connection is kept if it was read."""
        failed = read_failed_try(answer, self.hurry)
        if failed.is_whole:
            self.hurry(UPSTREAM_SECONDS)
        else:
            self.close()
        return failed

    def _reach(self) -> http.client.HTTPConnection:
        kept = self._connection
        self._was_idle = kept is not None and kept.sock is not None and not is_stale(kept)
        if kept is not None and self._was_idle:
            return kept
        self.close()
        self._connection = connection = connect(self._upstream.url, CONNECT_SECONDS)
        connection.connect()
        self._socket = connection.sock
        self.hurry(UPSTREAM_SECONDS)
        return connection

    def hurry(self, seconds: float) -> None:
        """Limit the time to wait for each further piece of the answer to *seconds*."""
        if self._socket is not None:
            self._socket.settimeout(seconds)

    def drop(self) -> None:
        """Shut the connection down from another thread, which wakes the thread that waits for an answer."""
        shut_down(self._socket)

    def close(self) -> None:
        """Close the connection. The next call opens a new one."""
        if self._connection is not None:
            self._connection.close()
        self._connection = self._socket = None


def pieces(answer: http.client.HTTPResponse) -> Iterator[bytes]:
    """Yield a body as it arrives. Raises `IncompleteRead` when it is shorter than its `Content-Length`."""
    left = answer.length
    while left != 0 and (piece := answer.read1(PIECE)):
        if left is not None:
            left -= len(piece)
        yield piece
    if left:
        raise http.client.IncompleteRead(b"", left)
