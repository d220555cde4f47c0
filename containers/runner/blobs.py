"""HTTP with retries over one persistent connection per host: blobs by their SAS URLs, and the callback.

https://learn.microsoft.com/rest/api/storageservices/put-blob
https://learn.microsoft.com/rest/api/storageservices/append-block
https://learn.microsoft.com/rest/api/storageservices/specifying-conditional-headers-for-blob-service-operations
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
PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0)  # seconds before each retry
LONG_PAUSES = (*PAUSES, 15.0, *[30.0] * 9)  # 5 minutes, for uploads whose failure would lose finished work
MAX_RETRY_SECONDS = 300.0  # no retry starts later than this, even if pauses are left
BLOCK = {"x-ms-blob-type": "BlockBlob", "Content-Type": "application/octet-stream"}
ONLY_NEW = {"If-None-Match": "*"}
_BUSY = frozenset({408, 429, 500, 502, 503, 504})
_EXISTS = frozenset({409, 412})  # the answers to `If-None-Match: *` and to a wrong append position


class ExchangeError(Exception):
    """A request that failed. The text has no URL, because these URLs contain signatures."""


@lru_cache(maxsize=1)
def tls() -> ssl.SSLContext:
    """Return the TLS context of this process, which trusts `SSL_CERT_FILE` or the system's certificates."""
    return ssl.create_default_context()


def connect(url: str, timeout: float = TIMEOUT_SECONDS) -> http.client.HTTPConnection:
    """Return a connection for *url* that is not open yet. Raises `ExchangeError` when *url* is not safe."""
    if not is_safe(url):
        raise ExchangeError("the address must use https, or http on the loopback interface")
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "https":
        return http.client.HTTPSConnection(host, parts.port, timeout=timeout, context=tls())
    return http.client.HTTPConnection(host, parts.port, timeout=timeout)


def is_stale(connection: http.client.HTTPConnection) -> bool:
    """Whether the server has closed an idle *connection*: its socket is readable."""
    return connection.sock is not None and bool(select.select([connection.sock], [], [], 0)[0])


class _Request(NamedTuple):
    """One request. A `Path` as body is streamed from disk; *limit* is the maximum size of the response."""

    method: str
    url: str
    body: bytes | Path = b""
    headers: Mapping[str, str] = {}
    limit: int = 65536


class Client:
    """Sends requests over persistent connections, with retries while the server is busy. Not thread-safe."""

    def __init__(self, pauses: Sequence[float] = PAUSES) -> None:
        self._connections: dict[str, http.client.HTTPConnection] = {}
        self._pauses = pauses

    def with_pauses(self, pauses: Sequence[float]) -> "Client":
        """Return a client that shares the connections and waits for *pauses* between retries."""
        other = Client(pauses)
        other._connections = self._connections
        return other

    def get(self, url: str, limit: int) -> bytes:
        """Return the body at *url*.

        Raises `ExchangeError` when it does not exist, is larger than *limit* bytes or cannot be downloaded.
        """
        status, body = self._send(_Request("GET", url, limit=limit))
        if status != 200:
            raise ExchangeError(f"the download was answered with status {status}")
        return body

    def claim(self, url: str, body: bytes) -> bool:
        """Create the blob at *url* with *body*, which must be unique; returns whether this call created it.

        An earlier attempt may have created the blob although its response was an error or was lost. If a
        retry finds a blob, its content therefore decides.
        Raises `ExchangeError` when the blob can be neither created nor read.
        """
        status, _, attempts = self._try(_Request("PUT", url, body, {**BLOCK, **ONLY_NEW}))
        if status in _EXISTS and attempts > 1:
            return self.get(url, len(body) + 1024) == body
        _check_upload(status, (201, *_EXISTS))
        return status == 201

    def put_first(self, url: str, body: bytes) -> None:
        """Create the blob at *url* unless it exists. Raises `ExchangeError` when the upload fails."""
        status, _ = self._send(_Request("PUT", url, body, {**BLOCK, **ONLY_NEW}))
        _check_upload(status, (201, *_EXISTS))

    def put(self, url: str, body: bytes | Path) -> None:
        """Create or replace the blob at *url*. Raises `ExchangeError` when the upload fails."""
        status, _ = self._send(_Request("PUT", url, body, BLOCK))
        _check_upload(status, (201,))

    def append(self, url: str, body: bytes, position: int) -> None:
        """Append *body* to the blob at *url* at *position*, so that a retry never appends it twice.

        Raises `ExchangeError` when the upload fails.
        """
        headers = {"x-ms-blob-condition-appendpos": str(position)}
        status, _ = self._send(_Request("PUT", f"{url}&comp=appendblock", body, headers))
        _check_upload(status, (201, *_EXISTS))

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """Send *body* and return the status. Raises `ExchangeError` when no attempt gets a final answer."""
        return self._send(_Request("POST", url, body, headers))[0]

    def _send(self, request: _Request) -> tuple[int, bytes]:
        status, content, _ = self._try(request)
        return status, content

    def _try(self, request: _Request) -> tuple[int, bytes, int]:
        """Return status and body of the first final response, and which attempt it answered."""
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
        response = connection.getresponse()
        content = response.read(request.limit + 1)
        if len(content) > request.limit:
            self._forget(request.url)
            raise ExchangeError(f"the response is larger than {request.limit:,} bytes")
        return response.status, content

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


def _check_upload(status: int, accepted: tuple[int, ...]) -> None:
    if status not in accepted:
        raise ExchangeError(f"the upload was answered with status {status}")
