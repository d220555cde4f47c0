"""Requests to one service of a storage account: authorization, repeats, and errors of the domain.

https://learn.microsoft.com/rest/api/storageservices/versioning-for-the-azure-storage-services
https://learn.microsoft.com/rest/api/storageservices/authorize-with-azure-active-directory
https://learn.microsoft.com/rest/api/storageservices/status-and-error-codes2
"""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import IO, TYPE_CHECKING
from urllib.parse import quote, urlsplit

from autocoder.clients.azure import TokenSource, error_of
from autocoder.clients.storage.account import Account
from autocoder.clients.storage.shared_key import authorization
from autocoder.errors import AutocoderError, InvalidArgument, TooLarge, Transient, UnexpectedAnswer
from autocoder.shared.json_text import parse_json
from autocoder.shared.retry_after import wait_seconds

if TYPE_CHECKING:
    import httpx  # slow to import, and not needed at a cold start

VERSION = "2022-11-02"
SCOPE = "https://storage.azure.com/.default"
MAX_ANSWER_BYTES = 32 << 20
MAX_ERROR_BYTES = 64 << 10
PAUSES_SECONDS = (0.2, 0.6, 1.2)  # what lasts longer is waited out by whoever called
BUSY = frozenset({408, 429, 500, 502, 503, 504})
MAY_REPEAT = frozenset({"GET", "HEAD", "PUT", "DELETE"})
_CODE = re.compile(r"[A-Za-z]{1,100}")
_XML_ERROR = re.compile(r"<(Code|Message)>([^<]*)</")
StringToSign = Callable[[Account, str, str, Mapping[str, str]], str]
Query = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """The headers of an answer, by names in lower case, and its content."""

    status: int
    headers: Mapping[str, str]
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Rest:
    """One service of a storage account; *string_to_sign* is its own form of Shared Key."""

    service: str
    account: Account
    token: TokenSource = field(repr=False)
    http: "httpx.Client" = field(repr=False)
    string_to_sign: StringToSign = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)

    def send(
        self,
        method: str,
        path: str,
        query: Query | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes = b"",
        limit: int = MAX_ANSWER_BYTES,
        into: IO[bytes] | None = None,
    ) -> Answer:
        """Send a request and return its answer, whose content goes *into* a file if there is one.

        *path* is percent-encoded. A request is sent again, a few times in all, whenever the service answers
        that it is busy or has failed. After a lost connection it is sent again too, unless it is a POST or
        a PATCH that may have arrived.

        So a write may be carried out twice, and then be told of itself: the row exists, the ETag has
        changed, the blob is there or is gone. That is safe because no caller takes such an answer for the
        work of another: whoever inserts or changes a row reads it again to see whose it is, a new blob says
        who wrote it, and any other write may happen twice.

        Raises `TooLarge` for content of more than *limit* bytes, and the error of the domain for every answer
        that is not a 2xx.
        """
        call = _Call(method, self.account.path + path + _encoded(query or {}), headers or {}, content)
        for pause in PAUSES_SECONDS:
            answer = self._unless_lost(call, limit, into)
            if answer is not None and not _is_worth_a_repeat(answer):
                break
            time.sleep(pause)
        else:
            answer = self._answer(call, limit, into)
        if not 200 <= answer.status < 300:
            raise self._error(answer)
        return answer

    def _unless_lost(self, call: "_Call", limit: int, into: IO[bytes] | None) -> Answer | None:
        """Return the answer; None when the connection was lost and the request may be sent again."""
        try:
            return self._answer(call, limit, into)
        except _Lost as lost:
            if lost.may_have_arrived and call.method not in MAY_REPEAT:
                raise
            return None

    def _answer(self, call: "_Call", limit: int, into: IO[bytes] | None) -> Answer:
        """Return the answer, with a renewed token if the first was refused. Raises `_Lost`."""
        import httpx

        never_sent = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
        try:
            answer = self._once(call, limit, into)
            if answer.status == 401 and self.account.key is None:
                self.token.forget()
                answer = self._once(call, limit, into)
        except httpx.TransportError as error:
            said = f"{self.service} cannot be reached ({type(error).__name__})."
            raise _Lost(said, may_have_arrived=not isinstance(error, never_sent)) from None
        return answer

    def _once(self, call: "_Call", limit: int, into: IO[bytes] | None) -> Answer:
        import httpx

        try:
            url = httpx.URL(self._origin + call.target)
        except httpx.InvalidURL:
            raise InvalidArgument(f"The address of a request to {self.service} is too long.") from None
        headers = self._authorized(call, url.raw_path.decode("ascii"))
        answer = self.http.send(
            httpx.Request(call.method, url, headers=headers, content=call.content), stream=True
        )
        try:
            names = {name.lower(): value for name, value in answer.headers.items()}
            if answer.status_code >= 300:
                return Answer(answer.status_code, names, _beginning(answer))
            content = b"" if call.method == "HEAD" else self._content(answer, limit, into)
            return Answer(answer.status_code, names, content)
        finally:
            answer.close()

    def _authorized(self, call: "_Call", target: str) -> dict[str, str]:
        headers = {
            "x-ms-version": VERSION,
            "x-ms-date": formatdate(usegmt=True),
            **self.headers,
            **call.headers,
        }
        if call.content or call.method in ("PUT", "POST", "PATCH"):
            headers["content-length"] = str(len(call.content))
        if self.account.key is None:
            headers["authorization"] = f"Bearer {self.token.value()}"
        else:
            text = self.string_to_sign(self.account, call.method, target, headers)
            headers["authorization"] = authorization(self.account, text)
        return headers

    def _content(self, answer: "httpx.Response", limit: int, into: IO[bytes] | None) -> bytes:
        """Return the content, or write it *into* a file, from its beginning on."""
        stated, size, kept = answer.headers.get("content-length", ""), 0, bytearray()
        if stated.isdecimal() and int(stated) > limit:
            raise self._too_large(limit)
        if into is not None:
            into.seek(0)
            into.truncate()
        for chunk in answer.iter_raw():
            size += len(chunk)
            if size > limit:
                raise self._too_large(limit)
            if into is None:
                kept += chunk
            else:
                into.write(chunk)
        return bytes(kept)

    def _too_large(self, limit: int) -> TooLarge:
        return TooLarge(f"An answer of {self.service} is larger than the allowed {limit:,} bytes.")

    def _error(self, answer: Answer) -> AutocoderError:
        if answer.status < 400:
            return UnexpectedAnswer(f"{self.service} answered with status {answer.status}.")
        code, message = _error_in(answer)
        said = f"{self.service}: {message or code or f'status {answer.status}'}"
        return error_of(answer.status, code, said, wait_seconds(answer.headers.get("retry-after")))

    @property
    def _origin(self) -> str:
        parts = urlsplit(self.account.endpoint)
        return f"{parts.scheme}://{parts.netloc}"


@dataclass(frozen=True, slots=True)
class _Call:
    """A request without its authorization; header names are in lower case."""

    method: str
    target: str  # path and query, percent-encoded
    headers: Mapping[str, str] = field(repr=False)  # a copy's source is a signed URL
    content: bytes = field(repr=False)


class _Lost(Transient):
    """The connection failed, and the request *may have arrived* all the same."""

    def __init__(self, message: str, *, may_have_arrived: bool) -> None:
        super().__init__(message)
        self.may_have_arrived = may_have_arrived


def _encoded(query: Query) -> str:
    given = "&".join(f"{quote(name, safe='$')}={quote(value, safe='')}" for name, value in query.items())
    return "?" + given if given else ""


def _is_worth_a_repeat(answer: Answer) -> bool:
    """Whether the service is busy, and asks for no longer a wait than that of the repeats."""
    asked = wait_seconds(answer.headers.get("retry-after"), default=0.0)
    return answer.status in BUSY and asked <= max(PAUSES_SECONDS)


def _beginning(answer: "httpx.Response") -> bytes:
    """Return the first bytes of an error's body; the connection of a longer one is not used again."""
    kept = b""
    for chunk in answer.iter_raw():
        kept += chunk
        if len(kept) >= MAX_ERROR_BYTES:
            break
    return kept[:MAX_ERROR_BYTES]


def _error_in(answer: Answer) -> tuple[str, str]:
    """Return the code and the first line of the message of an answer that is an error.

    The body is JSON or XML: https://learn.microsoft.com/rest/api/storageservices/status-and-error-codes2
    """
    code, message = _json_error(answer.content) or _xml_error(answer.content)
    code = answer.headers.get("x-ms-error-code") or code
    return code if _CODE.fullmatch(code) else "", message.strip().split("\n")[0]


def _json_error(content: bytes) -> tuple[str, str] | None:
    try:
        found = parse_json(content)["odata.error"]
        return str(found["code"]), str(found["message"]["value"])
    except (ValueError, KeyError, TypeError, IndexError):
        return None


def _xml_error(content: bytes) -> tuple[str, str]:
    found = dict(_XML_ERROR.findall(content.decode("utf-8", "replace")))
    return found.get("Code", ""), found.get("Message", "")
