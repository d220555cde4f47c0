"""A try of a model call that failed, with the beginning of the provider's answer if there was one.

No more of a failure's body is read and passed on than is needed to classify it, so that it can be held while
the gateway waits.
"""

import http.client
import time
import zlib
from collections.abc import Callable, Mapping
from typing import NamedTuple

from autocoder.shared.model_failures import MAX_ERROR_BYTES, ModelFailure, classify
from runner.gateway.patience import asked_seconds

MAX_ERROR_SECONDS = 10.0  # for which a failure's body is read


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
    is_whole: bool = False  # the answer was read to its end, and its connection stays open


def read_failed_try(answer: http.client.HTTPResponse, hurry: Callable[[float], None]) -> FailedTry:
    """Read *answer*, whose status tells a failure. What cannot be read of its body is left out.

    *hurry* limits the seconds to wait for the next piece.
    """
    body, is_whole = _beginning(answer, hurry)
    if answer.length == 0:  # an answer in chunks has no length, and is closed by reading its last one
        answer.close()
    is_whole = is_whole and answer.isclosed() and not answer.length and not answer.will_close
    headers = tuple(answer.getheaders())
    named: Mapping[str, str] = {name.lower(): value for name, value in headers}
    plain = _plain(body, named.get("content-encoding", ""))
    failure = classify(answer.status, plain)
    asks = asked_seconds(named, plain)
    return FailedTry(failure, asks, answer.status, answer.reason, headers, body, is_whole)


def _beginning(answer: http.client.HTTPResponse, hurry: Callable[[float], None]) -> tuple[bytes, bool]:
    """Return at most `MAX_ERROR_BYTES` of the body that arrive in time, and whether it could be read.

    After an error, `http.client` takes even an answer for closed that goes on.
    """
    body, until = b"", time.monotonic() + MAX_ERROR_SECONDS
    try:
        while len(body) < MAX_ERROR_BYTES and (left := until - time.monotonic()) > 0:
            hurry(left)
            piece = answer.read1(MAX_ERROR_BYTES - len(body))
            if not piece:
                break
            body += piece
    except (OSError, ValueError, http.client.HTTPException):
        return body, False
    return body, True


def _plain(body: bytes, encoding: str) -> bytes:
    """Return *body*, decompressed if necessary, as far as it is needed."""
    if encoding.lower() not in ("gzip", "deflate"):
        return body
    try:
        return zlib.decompressobj(wbits=47).decompress(body, MAX_ERROR_BYTES)
    except zlib.error:
        return b""
