"""HTTP over one kept connection for each host, with retries: blobs by their SAS URLs, and the callback.

https://learn.microsoft.com/rest/api/storageservices/put-blob
https://learn.microsoft.com/rest/api/storageservices/append-block
"""

import http.client
import os
import select
import ssl
import time
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, NamedTuple
from urllib.parse import urlsplit

from runner.addresses import is_safe

TIMEOUT_SECONDS = 20
PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0)  # before each repeat
LONG_PAUSES = (*PAUSES, 15.0, *[30.0] * 9)  # where finished work would be lost: 5 minutes
MAX_RETRY_SECONDS = 300.0  # no repeat begins later than this, even if pauses are left
BLOCK = {"x-ms-blob-type": "BlockBlob", "Content-Type": "application/octet-stream"}
ONLY_NEW = {"If-None-Match": "*"}
_BUSY = frozenset({408, 429, 500, 502, 503, 504})
_THERE = frozenset({409, 412})


class ExchangeError(Exception):
    """A request that got no good answer; the text has no URL, because a URL here is a secret."""


@lru_cache(maxsize=1)
def tls() -> ssl.SSLContext:
    """Return the TLS context of this process; it trusts what `SSL_CERT_FILE` says, or the system's."""
    return ssl.create_default_context()


def connect(url: str, timeout: float = TIMEOUT_SECONDS) -> http.client.HTTPConnection:
    """Return a connection, not yet open, for *url*; raises `ExchangeError` where http would leak."""
    if not is_safe(url):
        raise ExchangeError("an address must be https, or http on the loopback address")
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "https":
        return http.client.HTTPSConnection(host, parts.port, timeout=timeout, context=tls())
    return http.client.HTTPConnection(host, parts.port, timeout=timeout)


def is_stale(connection: http.client.HTTPConnection) -> bool:
    """Whether the other side has closed an idle *connection*: there is something to read, its end."""
    return connection.sock is not None and bool(select.select([connection.sock], [], [], 0)[0])


class _Request(NamedTuple):
    """One request; a `Path` is sent from the disk, and an answer longer than *limit* is an error."""

    method: str
    url: str
    body: bytes | Path = b""
    headers: Mapping[str, str] = {}
    limit: int = 65536


class Client:
    """Sends requests over kept connections, and again when the other side is busy; for one thread."""

    def __init__(self, pauses: Sequence[float] = PAUSES) -> None:
        self._connections: dict[str, http.client.HTTPConnection] = {}
        self._pauses = pauses

    def with_pauses(self, pauses: Sequence[float]) -> "Client":
        """Return a client of the same connections that has another patience."""
        other = Client(pauses)
        other._connections = self._connections
        return other

    def get(self, url: str, limit: int) -> bytes:
        """Return the body at *url*; raises `ExchangeError` when it is larger than *limit* or not there."""
        status, body = self._send(_Request("GET", url, limit=limit))
        if status != 200:
            raise ExchangeError(f"download answered {status}")
        return body

    def claim(self, url: str, body: bytes) -> bool:
        """Create the blob at *url* with *body*, which nobody else writes; returns whether it is ours.

        A try whose answer was lost, or was an error, may have created it all the same. So where one came
        before the try that finds the blob, what is in it decides: nothing else can tell.
        """
        status, _, tries = self._try(_Request("PUT", url, body, {**BLOCK, **ONLY_NEW}))
        if status in _THERE and tries > 1:
            return self.get(url, len(body) + 1024) == body
        if status not in (201, *_THERE):
            raise ExchangeError(f"upload answered {status}")
        return status == 201

    def put_first(self, url: str, body: bytes) -> None:
        """Create the blob at *url* unless one is there: of several bodies the first to arrive stays."""
        status, _ = self._send(_Request("PUT", url, body, {**BLOCK, **ONLY_NEW}))
        if status not in (201, *_THERE):
            raise ExchangeError(f"upload answered {status}")

    def put(self, url: str, body: bytes | Path) -> None:
        """Create or replace the blob at *url*."""
        status, _ = self._send(_Request("PUT", url, body, BLOCK))
        if status != 201:
            raise ExchangeError(f"upload answered {status}")

    def append(self, url: str, body: bytes, position: int) -> None:
        """Append *body* to the blob at *url* at *position*; a repeat that had arrived changes nothing."""
        headers = {"x-ms-blob-condition-appendpos": str(position)}
        status, _ = self._send(_Request("PUT", f"{url}&comp=appendblock", body, headers))
        if status not in (201, *_THERE):
            raise ExchangeError(f"append answered {status}")

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """Send *body* and return the status."""
        return self._send(_Request("POST", url, body, headers))[0]

    def _send(self, request: _Request) -> tuple[int, bytes]:
        status, content, _ = self._try(request)
        return status, content

    def _try(self, request: _Request) -> tuple[int, bytes, int]:
        """Return status and body of the first good answer, and at which try it came."""
        problem, began = "", time.monotonic()
        for number, pause in enumerate((*self._pauses, None), 1):
            try:
                status, content = self._once(request)
            except (OSError, http.client.HTTPException) as error:
                self._forget(request.url)
                problem = f"{type(error).__name__} {getattr(error, 'strerror', None) or ''}"
            else:
                if status not in _BUSY:
                    return status, content, number
                problem = f"status {status}"
            if pause is None or time.monotonic() - began + pause > MAX_RETRY_SECONDS:
                break
            time.sleep(pause)
        raise ExchangeError(f"{request.method} to {urlsplit(request.url).hostname} failed: {problem}")

    def _once(self, request: _Request) -> tuple[int, bytes]:
        if isinstance(request.body, Path):
            with request.body.open("rb") as file:
                return self._exchange(request, file, os.fstat(file.fileno()).st_size)
        return self._exchange(request, request.body, len(request.body))

    def _exchange(self, request: _Request, body: bytes | BinaryIO, length: int) -> tuple[int, bytes]:
        headers = dict(request.headers)
        if request.method != "GET":
            headers["Content-Length"] = str(length)
        target = urlsplit(request.url)._replace(scheme="", netloc="").geturl()
        connection = self._connection(request.url)
        connection.request(request.method, target, body or None, headers)
        answer = connection.getresponse()
        content = answer.read(request.limit + 1)
        if len(content) > request.limit:
            self._forget(request.url)
            raise ExchangeError(f"the body is larger than {request.limit:,} bytes")
        return answer.status, content

    def _connection(self, url: str) -> http.client.HTTPConnection:
        origin = urlsplit(url).netloc
        if origin in self._connections and is_stale(self._connections[origin]):
            self._forget(url)
        if origin not in self._connections:
            self._connections[origin] = connect(url)
        return self._connections[origin]

    def _forget(self, url: str) -> None:
        connection = self._connections.pop(urlsplit(url).netloc, None)
        if connection is not None:
            connection.close()
