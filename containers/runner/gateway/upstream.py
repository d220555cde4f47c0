"""The gateway's connections to the model provider, which alone have its key."""

import contextlib
import http.client
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from runner.blobs import ExchangeError, connect, is_stale
from runner.gateway import dialects, http_messages

UPSTREAM_SECONDS = 600
IDLE_END_SECONDS = 1.0  # a kept connection that ends so soon was closed for being idle, before the call came


class Upstream(NamedTuple):
    """The provider: which dialect its refusals have, its address, and the run's key for it."""

    provider: str
    url: str
    key: str

    def __repr__(self) -> str:
        """Tell nothing of the key."""
        return f"Upstream({self.provider}, {self.url})"


class NoAnswerError(Exception):
    """A call to which no answer came; *is_served*: the provider has had all of it, and may bill it."""

    def __init__(self, *, is_served: bool) -> None:
        super().__init__(is_served)
        self.is_served = is_served


class UpstreamConnection:
    """One connection to the provider, made when it is needed and kept for the next call."""

    def __init__(self, upstream: Upstream, is_over: Callable[[], bool]) -> None:
        """Connect to *upstream*; once *is_over*, nothing is sent any more."""
        self._upstream, self._is_over = upstream, is_over
        self._connection: http.client.HTTPConnection | None = None
        self._socket: socket.socket | None = None  # the connection forgets it where the answer is the last
        self._was_idle = False
        self._sent_at = 0.0

    def send(self, method: str, target: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Send a call with the key, all of it or none; *target* is its path and query."""
        upstream, sent = self._upstream, dict(headers)
        if upstream.key:
            name, value = dialects.key_header(upstream.provider, upstream.key)
            sent[name] = value
        if body or method == "POST":
            sent["Content-Length"] = str(len(body))
        path = urlsplit(upstream.url).path.rstrip("/") + target
        try:
            connection = self._reach()
            if self._is_over():  # while the connection was made
                raise ConnectionAbortedError
            connection.request(method, path, body or None, sent)
        except (OSError, ValueError, http.client.HTTPException, ExchangeError):
            self.close()
            raise NoAnswerError(is_served=False) from None
        self._sent_at = time.monotonic()

    def answer(self) -> http.client.HTTPResponse:
        """Return the beginning of the answer to what was sent."""
        try:
            if self._connection is None:
                raise ConnectionAbortedError
            return self._connection.getresponse()
        except (OSError, ValueError, http.client.HTTPException):
            ended_idle = self._was_idle and time.monotonic() - self._sent_at < IDLE_END_SECONDS
            self.close()
            raise NoAnswerError(is_served=self._is_over() or not ended_idle) from None

    def _reach(self) -> http.client.HTTPConnection:
        kept = self._connection
        self._was_idle = kept is not None and kept.sock is not None and not is_stale(kept)
        if kept is not None and self._was_idle:
            return kept
        self.close()
        self._connection = connection = connect(self._upstream.url, UPSTREAM_SECONDS)
        connection.connect()
        self._socket = connection.sock
        return connection

    def hurry(self, seconds: float) -> None:
        """From now on wait at most *seconds* for the next piece of an answer."""
        if self._socket is not None:
            self._socket.settimeout(seconds)

    def drop(self) -> None:
        """End it, from another thread: whoever waits for an answer wakes up."""
        shut_down(self._socket)

    def close(self) -> None:
        """End it; the next call is made on another one."""
        if self._connection is not None:
            self._connection.close()
        self._connection = self._socket = None


def shut_down(connection: socket.socket | None) -> None:
    """End *connection* for whoever reads from it or writes to it, in any thread."""
    if connection is not None:
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)


def pieces(answer: http.client.HTTPResponse) -> Iterator[bytes]:
    """Yield an answer's body as it arrives; raises `IncompleteRead` when it ends before its announced end."""
    left = answer.length
    while left != 0 and (piece := answer.read1(http_messages.PIECE)):
        if left is not None:
            left -= len(piece)
        yield piece
    if left:
        raise http.client.IncompleteRead(b"", left)
