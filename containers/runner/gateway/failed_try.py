"""A try of a model call that failed, with the beginning of the provider's answer if there was one.

No more of a failure's body is read and passed on than is needed to classify it, so that it can be held while
the gateway waits.
"""

import http.client
import zlib
from collections.abc import Mapping
from typing import NamedTuple

from autocoder.shared.model_failures import MAX_ERROR_BYTES, ModelFailure, classify
from runner.gateway.patience import asked_seconds


class FailedTry(NamedTuple):
    """Why a try failed, for how many seconds the provider asks to wait, and its answer.

    Without a status there was no answer.
    """

    failure: ModelFailure
    asks: float | None = None
    status: int | None = None
    reason: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


def read_failed_try(answer: http.client.HTTPResponse) -> FailedTry:
    """Read *answer*, whose status tells a failure. What cannot be read of its body is left out."""
    try:
        body = answer.read(MAX_ERROR_BYTES)
    except http.client.IncompleteRead as error:
        body = error.partial[:MAX_ERROR_BYTES]
    except (OSError, ValueError, http.client.HTTPException):
        body = b""
    if not answer.length:
        answer.close()  # the connection can be used again
    headers = tuple(answer.getheaders())
    named: Mapping[str, str] = {name.lower(): value for name, value in headers}
    plain = _plain(body, named.get("content-encoding", ""))
    failure = classify(answer.status, plain)
    return FailedTry(failure, asked_seconds(named, plain), answer.status, answer.reason, headers, body)


def _plain(body: bytes, encoding: str) -> bytes:
    """Return *body*, decompressed if necessary, as far as it is needed."""
    if encoding.lower() not in ("gzip", "deflate"):
        return body
    try:
        return zlib.decompressobj(wbits=47).decompress(body, MAX_ERROR_BYTES)
    except zlib.error:
        return b""
