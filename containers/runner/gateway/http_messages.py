"""Reading and rewriting the HTTP that passes through the gateway."""

import json
import select
import socket
import threading
import zlib
from collections.abc import Callable
from email.message import Message
from io import BufferedIOBase
from typing import Any
from urllib.parse import parse_qsl, urlencode

from autocoder.shared.providers import Dialect
from runner.gateway import dialects
from runner.gateway.metering import UNSAID_OUTPUT, Call

LARGEST_REQUEST = 32 << 20  # Anthropic takes no more: https://docs.anthropic.com/en/api/errors
MOST_HELD = 2 * LARGEST_REQUEST
MOST_PARTS = 2_000_000  # commas and brackets: what a request takes in memory when it is understood
PIECE = 65536
LOOK_SECONDS = 0.05
UNSEEN_INPUT = 200_000  # tokens of what a request only points to: an earlier response, a file, a page
OF_THE_CONNECTION = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
    }
    | {"upgrade", "host", "content-length", "accept-encoding", "expect"}
)
_OUTPUT_LIMITS = ("max_tokens", "max_completion_tokens", "max_output_tokens", "maxOutputTokens")
_ANSWERS = ("n", "candidateCount")
_POINTERS = frozenset(
    {"previous_response_id", "conversation", "cachedContent", "file_id", "file_url", "file_uri", "fileUri"}
    | {"image_url"}
)
_UNDERSTANDING = threading.Lock()  # one request at a time


class UncountableError(Exception):
    """A call whose use could not be counted, and which is therefore not made."""


class TooLargeError(Exception):
    """A request whose body is larger than any provider takes."""

    def __init__(self) -> None:
        super().__init__(f"the body is larger than {LARGEST_REQUEST:,} bytes")


class Room:
    """How many bytes of requests are held at one time, of all connections; who wants more waits."""

    def __init__(self, most: int = MOST_HELD) -> None:
        self._free = most
        self._changed = threading.Condition()

    def take(self, size: int, is_wanted: Callable[[], bool]) -> bool:
        """Take room for *size* bytes, as soon as there is; returns False when it is wanted no more."""
        with self._changed:
            while size > self._free:
                self._changed.wait(LOOK_SECONDS)
                if not is_wanted():
                    return False
            self._free -= size
        return True

    def give_back(self, size: int) -> None:
        """Give *size* bytes back."""
        with self._changed:
            self._free += size
            self._changed.notify_all()


def size_of(headers: "Message[str, str]") -> int:
    """Return how many bytes a request's body may have.

    Raises `ValueError` when that is doubtful, `TooLargeError` when no provider would take it.
    """
    lengths = headers.get_all("Content-Length") or []
    codings = headers.get_all("Transfer-Encoding") or []
    if codings:
        if lengths or [coding.lower() for coding in codings] != ["chunked"]:
            raise ValueError("the body has two lengths")
        return LARGEST_REQUEST
    if not lengths:
        return 0
    if len(lengths) > 1 or not (lengths[0].isascii() and lengths[0].isdecimal()):
        raise ValueError("the body has no certain length")
    length = int(lengths[0])
    if length > LARGEST_REQUEST:
        raise TooLargeError
    return length


def read_body(headers: "Message[str, str]", file: BufferedIOBase) -> bytes:
    """Return the body of a request whose size is known; raises what `size_of` does."""
    length = size_of(headers)
    if headers.get("Transfer-Encoding"):
        return _chunks(file)
    body = file.read(length)
    if len(body) < length:
        raise ValueError("the body is cut short")
    return body


def read_call(dialect: Dialect, path: str, body: bytes, encoding: str) -> Call:
    """Return what the meter must know of a call, a turn when in doubt; raises `UncountableError`."""
    with _UNDERSTANDING:
        return _read_call(dialect, path, body, encoding)


def _read_call(dialect: Dialect, path: str, body: bytes, encoding: str) -> Call:
    named = dialects.deployment_of(path)
    models = (named,) if named else ()
    try:
        body = _readable(body, encoding)
        request = _understood(body)
    except (ValueError, zlib.error):
        request = None
    if not isinstance(request, dict):
        return Call(dialect, models, request_bytes=len(body))
    if request.get("background"):
        raise UncountableError("background responses cannot be counted")
    if isinstance(request.get("model"), str):
        models = (request["model"], *models)
    most_output = _most_output(request) if dialects.writes(path) else 0
    unseen = UNSEEN_INPUT if _points_elsewhere(request) else 0
    return Call(dialect, models, _offers_tools(request), len(body), most_output, unseen)


def _understood(body: bytes) -> Any:
    if sum(body.count(mark) for mark in (b",", b"[", b"{")) > MOST_PARTS:
        raise UncountableError("a body of so many parts cannot be counted")
    try:
        return json.loads(body)
    except RecursionError:
        raise UncountableError("a body of such depth cannot be counted") from None


def _points_elsewhere(request: dict[str, Any]) -> bool:
    """Whether some of the input is not in *request*: an earlier response, a file, what is at an address."""
    if isinstance(request.get("prompt"), dict):  # one that is stored at OpenAI
        return True
    if any(_is_pointer(request[name]) for name in _POINTERS & request.keys()):
        return True
    left: list[Any] = [value for name, value in request.items() if name not in _SCHEMAS]
    while left:
        item = left.pop()
        if isinstance(item, dict):
            if item.get("type") == "url" or any(_is_pointer(item[name]) for name in _POINTERS & item.keys()):
                return True
            left.extend(item.values())
        elif isinstance(item, list):
            left.extend(item)
    return False


_SCHEMAS = frozenset({"tools", "functions", "response_format", "text", "generationConfig", "output_config"})


def _is_pointer(value: Any) -> bool:
    if isinstance(value, dict) and "url" in value:  # an image of Chat Completions
        value = value["url"]
    return isinstance(value, dict) or (isinstance(value, str) and not value.startswith("data:"))


def _most_output(request: dict[str, Any]) -> int:
    """Return how many tokens *request* lets the model write, in any provider's words."""
    config = request.get("generationConfig")
    places = (request, config) if isinstance(config, dict) else (request,)
    limits = [place[name] for place in places for name in _OUTPUT_LIMITS if _is_count(place.get(name))]
    answers = [place[name] for place in places for name in _ANSWERS if _is_count(place.get(name))]
    most: int = (max(limits) if limits else UNSAID_OUTPUT) * max([1, *answers])
    return most


def _is_count(value: Any) -> bool:
    return type(value) is int and value > 0


def _offers_tools(request: dict[str, Any]) -> bool:
    """Whether *request* offers tools; Responses also takes them as an item of its input."""
    if request.get("tools") or request.get("functions"):
        return True
    items = request.get("input")
    given = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    return any(item.get("type") == "additional_tools" for item in given)


def is_hung_up(connection: socket.socket) -> bool:
    """Whether the other side has ended *connection*; takes nothing out of it."""
    try:
        readable, _, _ = select.select([connection], [], [], 0)
        return bool(readable) and connection.recv(1, socket.MSG_PEEK) == b""
    except (OSError, ValueError):
        return True


def passed_on(headers: "Message[str, str]") -> dict[str, str]:
    """Return the headers that go on to the provider: no credentials, nothing of the connection."""
    named = {name.strip().lower() for name in (headers.get("Connection") or "").split(",")}
    dropped = OF_THE_CONNECTION | dialects.CREDENTIAL_HEADERS | named
    return {name: value for name, value in headers.items() if name.lower() not in dropped}


def without_key(query: str) -> str:
    """Return *query* with its question mark and without Gemini's `key`."""
    pairs = [pair for pair in parse_qsl(query, keep_blank_values=True) if pair[0].lower() != "key"]
    return f"?{urlencode(pairs)}" if pairs else ""


def decoder(encoding: str) -> Callable[[bytes], bytes]:
    """Return a function that makes a provider's compressed answer readable, piece by piece."""
    if encoding.lower() in ("gzip", "deflate"):
        return zlib.decompressobj(wbits=47).decompress  # 47: zlib or gzip, by their headers
    return bytes


def _readable(body: bytes, encoding: str) -> bytes:
    if encoding.lower() == "gzip":
        unpacking = zlib.decompressobj(wbits=47)
        readable = unpacking.decompress(body, LARGEST_REQUEST)
        if unpacking.unconsumed_tail:
            raise UncountableError("a body of that size cannot be counted")
        return readable
    if encoding.lower() not in ("", "identity"):
        raise UncountableError(f"a body in {encoding[:20]!r} cannot be counted")
    return body


def _chunks(file: BufferedIOBase) -> bytes:
    """Return a chunked body; raises `ValueError` when it is not well-formed or too large."""
    body = bytearray()
    while size := int(file.readline(100).split(b";")[0], 16):
        if size < 0 or len(body) + size > LARGEST_REQUEST:
            raise TooLargeError
        body += file.read(size)
        if file.readline(3) != b"\r\n":
            raise ValueError("the body is not well-formed")
    while file.readline(65536) not in (b"\r\n", b""):
        pass
    return bytes(body)
