"""Checks the version, parameters and body of a request before an operation handles it.

https://learn.microsoft.com/azure/key-vault/general/authentication-requests-and-responses and
https://learn.microsoft.com/azure/key-vault/secrets/about-secrets (limits).
"""

import base64
import json
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr, ValidationError

from emulators.key_vault import errors

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

VERSIONS = ("7.1", "7.2", "7.3", "7.4", "7.5", "7.6", "2025-07-01", "2026-04-01")
VERSIONS_NOT_COVERED = ("2015-06-01", "2016-10-01", "7.0", "7.6-preview.2", "2025-06-01-preview")
MAX_VALUE = 25 * 1024  # bytes
MAX_TAGS, MAX_TAG, MAX_CONTENT_TYPE = 15, 256, 255
MAX_PAGE = DEFAULT_PAGE = 25
PAGING = ("maxresults", "$skiptoken")


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation by its name in the reference, and its query parameters."""

    name: str
    parameters: tuple[str, ...] = ()

    def check(self, request: web.Request) -> None:
        """Raise `VaultError` for an unserved version (400, 501) or query parameter (501)."""
        version = request.query.get("api-version")
        if not version:
            raise errors.bad_parameter("The api-version query parameter is required.")
        if version in VERSIONS_NOT_COVERED:
            raise errors.not_covered(f"{self.name} in api-version {version}")
        if version not in VERSIONS:
            raise errors.bad_parameter(
                f"The specified version ({version}) is not recognized. Consider using the latest supported "
                f"version ({VERSIONS[-1]})."
            )
        for parameter in request.query:
            if parameter not in ("api-version", *self.parameters):
                raise errors.not_covered(f"{self.name} with the query parameter '{parameter}'")


class Body(BaseModel):
    """JSON of a request; null means no value, and an undocumented property is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Attributes(Body):
    """The attributes of a version; only the first three can be set, the others have no effect."""

    enabled: StrictBool | None = None
    nbf: StrictInt | None = None
    exp: StrictInt | None = None
    created: Any = None
    updated: Any = None
    recoveryLevel: Any = None  # noqa: N815 - as the service writes it
    recoverableDays: Any = None  # noqa: N815

    def settable(self) -> dict[str, Any]:
        """Return the attributes that a caller sets."""
        return self.model_dump(include={"enabled", "nbf", "exp"}, exclude_none=True)


Tag = Annotated[StrictStr, Field(max_length=MAX_TAG)]


class Changes(Body):
    """The properties of a version other than its value, which can be changed later."""

    contentType: StrictStr | None = Field(default=None, max_length=MAX_CONTENT_TYPE)  # noqa: N815
    tags: dict[Tag, Tag] | None = Field(default=None, max_length=MAX_TAGS)
    attributes: Attributes | None = None

    def settable(self) -> dict[str, Any]:
        """Return the properties that the caller sets; `attributes` is always present."""
        chosen = self.attributes.settable() if self.attributes else {}
        return {**self.model_dump(include={"contentType", "tags"}, exclude_none=True), "attributes": chosen}


class NewVersion(Changes):
    """The body of Set Secret."""

    value: StrictStr


AnyBody = TypeVar("AnyBody", bound=Body)


async def body_of(request: web.Request, shape: type[AnyBody]) -> AnyBody:
    """Return the request's body as *shape*; raises `VaultError` (400), which never repeats a value."""
    try:
        body = json.loads(await request.text())
    except ValueError as error:
        raise errors.bad_parameter("The request body is not valid JSON.") from error
    if not isinstance(body, dict):
        raise errors.bad_parameter("The request body must be a JSON object.")
    try:
        return shape.model_validate(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise errors.bad_parameter(f"Property '{place}' is invalid: {first['msg'].lower()}.") from error


def page_of(request: web.Request, items: Sequence[dict[str, Any]]) -> web.Response:
    """Return one page of *items* with the link to the next.

    `maxresults` is between 1 and 25: https://learn.microsoft.com/rest/api/keyvault/secrets/get-secrets/get-secrets.
    Raises `VaultError` (400) for another number, or for a token that this vault did not issue.
    """
    size = _number(request.query.get("maxresults", str(DEFAULT_PAGE)))
    if not 1 <= size <= MAX_PAGE:
        raise errors.bad_parameter(f"The parameter maxresults must be between 1 and {MAX_PAGE}.")
    start = _start_of(request.query.get("$skiptoken", ""))
    link = None
    if start + size < len(items):
        token = base64.urlsafe_b64encode(str(start + size).encode()).decode()
        link = str(request.url.update_query({"$skiptoken": token, "maxresults": str(size)}))
    return web.json_response({"value": list(items[start : start + size]), "nextLink": link})


def _number(text: str) -> int:
    """Return the number in *text*, or -1 if it is not a number or too long for a 32-bit integer."""
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else -1


def _start_of(token: str) -> int:
    """Return the start of the page of *token*; the first page has no token."""
    if not token:
        return 0
    try:
        start = _number(base64.b64decode(token, altchars=b"-_", validate=True).decode())
    except ValueError:
        start = -1
    if start < 0:
        raise errors.bad_parameter("The parameter $skiptoken is invalid.")
    return start
