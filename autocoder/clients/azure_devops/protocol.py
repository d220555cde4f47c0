"""Building requests to Azure DevOps REST 7.1 and interpreting the answers, without I/O.

Collections are `{count, value}`, errors `{message, typeKey, errorCode, eventId}`. The answer to a bad
credential is 203 or 302 with a sign-in page.

https://learn.microsoft.com/rest/api/azure/devops/
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from autocoder.errors import (
    AutocoderError,
    Conflict,
    Forbidden,
    InvalidArgument,
    NotFound,
    RetryLater,
    SignInRequired,
    StaleRevision,
    TooLarge,
    Transient,
    UnexpectedAnswer,
)
from autocoder.shared.json_text import parse_json
from autocoder.shared.retry_after import wait_seconds

JSON_TYPE = "application/json"
JSON_PATCH = "application/json-patch+json"
BINARY = "application/octet-stream"
VERSION = "7.1"

_SERVICE_CODE = re.compile(r"\b((?:TF|VS)\d{5,6})\b")
_BY_STATUS: dict[int, type[AutocoderError]] = {
    400: InvalidArgument,
    401: SignInRequired,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    412: StaleRevision,
    413: TooLarge,
}

Query = Mapping[str, str | int | bool | None]


@dataclass(frozen=True, slots=True)
class Request:
    """A request: method, absolute URL and body. It never contains the credential."""

    method: str
    url: str
    accept: str = JSON_TYPE
    content_type: str | None = None
    content: bytes | None = field(default=None, repr=False)

    @property
    def may_repeat(self) -> bool:
        """Whether the request can safely be sent twice."""
        return self.method in ("GET", "HEAD")

    def headers(self, authorization: str) -> dict[str, str]:
        """Return the headers of the request."""
        headers = {"Accept": self.accept, "Authorization": authorization, "X-TFS-FedAuthRedirect": "Suppress"}
        return headers if self.content_type is None else {**headers, "Content-Type": self.content_type}


@dataclass(frozen=True, slots=True)
class Response:
    """An answer: status, headers with lower-case names, and body."""

    status: int
    headers: Mapping[str, str]
    content: bytes = field(repr=False)

    @property
    def media_type(self) -> str:
        """The content type without its parameters, in lower case."""
        return self.headers.get("content-type", "").split(";")[0].strip().lower()


def url_of(base: str, segments: Sequence[str | int], query: Query | None = None) -> str:
    """Return the URL of the quoted *segments* under *base*.

    Slashes are kept in the API's own segments (`_apis/...`) and quoted in all others.
    Raises `InvalidArgument` for a segment that is empty, `.` or `..`.
    """
    path = "/".join(_segment(str(segment)) for segment in segments)
    given = {name: _shown(value) for name, value in (query or {}).items() if value is not None}
    return f"{base.rstrip('/')}/{path}" + (f"?{urlencode(given, quote_via=quote)}" if given else "")


def _segment(text: str) -> str:
    if text.startswith("_apis/"):
        return quote(text, safe="/")
    if text in ("", ".", ".."):
        raise InvalidArgument(f"{text!r} is not a valid name of a project, a repository or an item.")
    return quote(text, safe="")


def _shown(value: str | int | bool | None) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def build(
    method: str,
    base: str,
    segments: Sequence[str | int],
    *,
    query: Query | None = None,
    body: Any = None,
    content_type: str = JSON_TYPE,
    accept: str = JSON_TYPE,
    version: str = VERSION,
) -> Request:
    """Return the request for *segments* under the organisation's URL *base*; *body* is sent as JSON.

    Raises `InvalidArgument` as `url_of` does.
    """
    url = url_of(base, segments, {**(query or {}), "api-version": version})
    if body is None:
        return Request(method, url, accept)
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return Request(method, url, accept, content_type, content)


def read_json(response: Response) -> Any:
    """Return the JSON of a successful answer. Raises the error that any other answer stands for."""
    check(response)
    if response.media_type != JSON_TYPE:
        raise _not_json(response)
    try:
        return parse_json(response.content)
    except ValueError:
        raise UnexpectedAnswer("Azure DevOps returned an answer that is not JSON.") from None


def read_bytes(response: Response) -> bytes:
    """Return the body of a successful download. Raises the same errors as `read_json`."""
    check(response)
    if response.media_type == "text/html":
        raise _not_json(response)
    return response.content


def check(response: Response) -> None:
    """Check the status. Raises the error that 203, or any status but 2xx, stands for."""
    status = response.status
    if status == 203 or 300 <= status < 400:
        raise SignInRequired(
            "Azure DevOps answered with its sign-in page: it does not accept the credential."
        )
    if not 200 <= status < 300:
        raise error_of(response)


def error_of(response: Response) -> AutocoderError:
    """Return the error for an answer that is not 2xx, with the service's message and code."""
    message, type_key = _explanation(response)
    found = _SERVICE_CODE.search(message)
    code = found[1] if found else type_key
    said = message or f"Azure DevOps answered {response.status}."
    if response.status in (429, 503) or code == "TF400733":
        return RetryLater(
            said, retry_after_seconds=wait_seconds(response.headers.get("retry-after")), service_code=code
        )
    if code == "TF400813":
        return SignInRequired(said, service_code=code)
    kind = _BY_STATUS.get(response.status)
    if kind is None:
        kind = Transient if response.status >= 500 or response.status == 408 else InvalidArgument
    return kind(said, service_code=code)


def _explanation(response: Response) -> tuple[str, str]:
    """Return the message and the type key in an error's body; both are empty for an HTML page."""
    if response.media_type != JSON_TYPE:
        return "", ""
    try:
        body = parse_json(response.content)
    except ValueError:
        return "", ""
    if not isinstance(body, dict):
        return "", ""
    return str(body.get("message") or ""), str(body.get("typeKey") or "")


def _not_json(response: Response) -> AutocoderError:
    if response.media_type == "text/html":
        return SignInRequired("Azure DevOps returned a web page instead of data: it asks for a sign-in.")
    return UnexpectedAnswer(
        f"Azure DevOps answered with {response.media_type or 'no content type'}, not JSON."
    )


def rows(answer: Any) -> list[dict[str, Any]]:
    """Return the entries of a collection `{count, value}`. Raises `UnexpectedAnswer` for anything else."""
    value = answer.get("value") if isinstance(answer, dict) else None
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise UnexpectedAnswer("Azure DevOps did not return a list where one was expected.")
    return value
