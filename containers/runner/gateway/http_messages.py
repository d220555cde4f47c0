"""Reads and rewrites the HTTP messages that pass through the gateway.

https://www.rfc-editor.org/rfc/rfc9112
https://www.rfc-editor.org/rfc/rfc9110
"""

import threading
import zlib
from collections.abc import Callable
from email.message import Message
from io import BufferedIOBase
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

from autocoder.shared.json_text import NestedTooDeeplyError, parse_json
from autocoder.shared.providers import Dialect
from runner.addresses import is_loopback
from runner.gateway import allowed_calls, finishing
from runner.gateway.metering import DEFAULT_OUTPUT_TOKENS, Call

MAX_REQUEST_BYTES = 32 << 20  # Anthropic takes no more: https://docs.anthropic.com/en/api/errors
MAX_PARTS = 2_000_000  # commas and brackets, which determine the memory that parsing a request takes
UNSEEN_INPUT = 200_000  # tokens assumed for input outside the request: an earlier response, a file, a page
# https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1
HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "proxy-authenticate", "proxy-connection", "te", "trailer"}
    | {"transfer-encoding", "upgrade", "host", "content-length", "accept-encoding", "expect"}
)
_OUTPUT_LIMITS = ("max_tokens", "max_completion_tokens", "max_output_tokens", "maxOutputTokens")
_ANSWERS = ("n", "candidateCount")
_POINTERS = frozenset(
    {"previous_response_id", "conversation", "cachedContent", "file_id", "file_url", "file_uri", "fileUri"}
    | {"image_url"}
)
_PARSING = threading.Lock()  # one request is parsed at a time, to bound the memory


class UncountableError(Exception):
    """A call whose usage could not be counted, so it is not made."""


class TooLargeError(Exception):
    """A request whose body is larger than any provider accepts."""

    def __init__(self) -> None:
        super().__init__(f"the body is larger than {MAX_REQUEST_BYTES:,} bytes")


def size_of(headers: "Message[str, str]") -> int:
    """Return the maximum number of bytes in a request's body.

    Raises `ValueError` when the headers give no unambiguous length, and `TooLargeError` when no provider
    would accept it.
    https://www.rfc-editor.org/rfc/rfc9112#section-6.3
    """
    lengths = headers.get_all("Content-Length") or []
    codings = headers.get_all("Transfer-Encoding") or []
    if codings:
        if lengths or [coding.lower() for coding in codings] != ["chunked"]:
            raise ValueError("the length of the body is ambiguous")
        return MAX_REQUEST_BYTES
    if not lengths:
        return 0
    if len(lengths) > 1 or not (lengths[0].isascii() and lengths[0].isdecimal()):
        raise ValueError("the length of the body is not valid")
    length = int(lengths[0])
    if length > MAX_REQUEST_BYTES:
        raise TooLargeError
    return length


def read_body(headers: "Message[str, str]", file: BufferedIOBase) -> bytes:
    """Return the body of a request.

    Raises `ValueError` when it is malformed or incomplete, and `TooLargeError` when it is too large.
    """
    length = size_of(headers)
    if headers.get("Transfer-Encoding"):
        return _chunks(file)
    body = file.read(length)
    if len(body) < length:
        raise ValueError("the body is incomplete")
    return body


class ReadCall(NamedTuple):
    """What the meter needs to know about a call, and the body to send instead of the agent's, if any."""

    call: Call
    body: bytes | None = None


def read_call(dialect: Dialect, path: str, body: bytes, encoding: str, why_finish: str = "") -> ReadCall:
    """Read a generating call. An unreadable body counts as a turn.

    If *why_finish* says why the agent is told to finish, the body of a turn gets the words for it.
    Raises `UncountableError` when the usage of the call could not be counted.
    """
    with _PARSING:
        return _read_call(dialect, path, body, encoding, why_finish)


def _read_call(dialect: Dialect, path: str, body: bytes, encoding: str, why_finish: str) -> ReadCall:
    named = allowed_calls.deployment_of(path)
    models = (named,) if named else ()
    try:
        body = _readable(body, encoding)
        request = _parsed(body)
    except (ValueError, zlib.error):
        request = None
    if not isinstance(request, dict):
        return ReadCall(Call(dialect, models, request_bytes=len(body)))
    if request.get("background"):
        raise UncountableError("background responses are not allowed, because their usage is unknown")
    if isinstance(request.get("model"), str):
        models = (request["model"], *models)
    max_output = _max_output(request) if allowed_calls.writes(path) else 0
    unseen = UNSEEN_INPUT if _points_elsewhere(request) else 0
    is_turn = _offers_tools(request)
    may_tell = why_finish and is_turn and allowed_calls.goes_on(path)
    told = finishing.told(dialect, request, why_finish) if may_tell else None
    told = told if told is not None and len(told) <= MAX_REQUEST_BYTES else None
    return ReadCall(Call(dialect, models, is_turn, len(told or body), max_output, unseen), told)


def _parsed(body: bytes) -> Any:
    if sum(body.count(mark) for mark in (b",", b"[", b"{")) > MAX_PARTS:
        raise UncountableError(f"the body has more than {MAX_PARTS:,} values")
    try:
        return parse_json(body)
    except NestedTooDeeplyError:
        raise UncountableError("the body is nested too deeply") from None


def _points_elsewhere(request: dict[str, Any]) -> bool:
    """Whether some of the input is outside of *request*: an earlier response, a file or a URL."""
    if isinstance(request.get("prompt"), dict):  # a prompt that is stored at OpenAI
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
    if isinstance(value, dict) and "url" in value:  # an image in Chat Completions
        value = value["url"]
    return isinstance(value, dict) or (isinstance(value, str) and not value.startswith("data:"))


def _max_output(request: dict[str, Any]) -> int:
    """Return how many tokens *request* allows the model to write, by any provider's parameters."""
    config = request.get("generationConfig")
    places = (request, config) if isinstance(config, dict) else (request,)
    limits = [place[name] for place in places for name in _OUTPUT_LIMITS if _is_count(place.get(name))]
    answers = [place[name] for place in places for name in _ANSWERS if _is_count(place.get(name))]
    most: int = (max(limits) if limits else DEFAULT_OUTPUT_TOKENS) * max([1, *answers])
    return most


def _is_count(value: Any) -> bool:
    return type(value) is int and value > 0


def _offers_tools(request: dict[str, Any]) -> bool:
    """Whether *request* offers tools. The Responses API also accepts them as an item of its input."""
    if request.get("tools") or request.get("functions"):
        return True
    items = request.get("input")
    given = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    return any(item.get("type") == "additional_tools" for item in given)


def is_for_this_machine(headers: "Message[str, str]") -> bool:
    """Whether the only `Host` header names the loopback interface."""
    hosts = headers.get_all("Host") or []
    host = hosts[0].rpartition(":")[0] or hosts[0] if len(hosts) == 1 else ""
    return is_loopback(host.strip("[]"))


def forwarded(headers: "Message[str, str]") -> dict[str, str]:
    """Return the headers to forward to the provider: no credentials and no hop-by-hop headers."""
    named = {name.strip().lower() for name in (headers.get("Connection") or "").split(",")}
    dropped = HOP_BY_HOP | allowed_calls.CREDENTIAL_HEADERS | named
    return {name: value for name, value in headers.items() if name.lower() not in dropped}


def without_key(query: str) -> str:
    """Return *query* with its question mark, without Gemini's parameter `key`."""
    pairs = [pair for pair in parse_qsl(query, keep_blank_values=True) if pair[0].lower() != "key"]
    return f"?{urlencode(pairs)}" if pairs else ""


def decoder(encoding: str) -> Callable[[bytes], bytes]:
    """Return a function that decompresses a provider's answer piece by piece."""
    if encoding.lower() in ("gzip", "deflate"):
        return zlib.decompressobj(wbits=47).decompress  # 47: zlib or gzip, by their headers
    return bytes


def _readable(body: bytes, encoding: str) -> bytes:
    if encoding.lower() == "gzip":
        unpacking = zlib.decompressobj(wbits=47)
        readable = unpacking.decompress(body, MAX_REQUEST_BYTES)
        if unpacking.unconsumed_tail:
            raise UncountableError(f"the decompressed body is larger than {MAX_REQUEST_BYTES:,} bytes")
        return readable
    if encoding.lower() not in ("", "identity"):
        raise UncountableError(f"the content encoding {encoding[:20]!r} is not supported; use gzip or none")
    return body


def _chunks(file: BufferedIOBase) -> bytes:
    """Return a chunked body. Raises `ValueError` or `TooLargeError`.

    https://www.rfc-editor.org/rfc/rfc9112#section-7.1
    """
    body = bytearray()
    while size := int(file.readline(100).split(b";")[0], 16):
        if size < 0 or len(body) + size > MAX_REQUEST_BYTES:
            raise TooLargeError
        body += file.read(size)
        if file.readline(3) != b"\r\n":
            raise ValueError("the chunked body is malformed")
    while file.readline(65536) not in (b"\r\n", b""):
        pass
    return bytes(body)
