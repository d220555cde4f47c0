"""One call of the REST API: caller, organisation, project, arguments, and the answer.

https://learn.microsoft.com/rest/api/azure/devops
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from emulators.azure_devops.core import errors, versions
from emulators.azure_devops.core.services import Services
from emulators.azure_devops.core.state import Identity, Project, State, new_id

MAX_BODY_BYTES = 26_214_400
PATCH_TYPE = "application/json-patch+json"
CONTINUATION = "x-ms-continuationtoken"  # the header that leads to the next page of a list


@dataclass(slots=True)
class Call:
    """A request whose operation, caller and version are known.

    *arguments* come from the path, *parameters* from the query (by lower-case name); *members* are the body
    members that the operation reads, or None if it does not declare them; *of_extension* tells that the token
    is one that an extension got.
    """

    request: web.Request
    services: Services
    caller: Identity
    organization: str
    project: Project | None
    operation: str
    arguments: dict[str, str]
    parameters: dict[str, str]
    members: tuple[str, ...] | None
    version: str
    of_extension: bool = False

    @property
    def state(self) -> State:
        """The persistent state."""
        return self.services.state

    @property
    def origin(self) -> str:
        """Scheme and authority as in the client's request."""
        return f"http://{self.request.host}"

    @property
    def url(self) -> str:
        """Address of the organisation."""
        return f"{self.origin}/{self.organization}"

    def query(self, name: str, default: str = "") -> str:
        """Return a query parameter; names match in any case."""
        return self.parameters.get(name.lower(), default)

    def flag(self, name: str) -> bool:
        """Whether a query parameter says true."""
        return self.query(name) == "true"

    def not_covered(self, what: str) -> errors.VssError:
        """501: *what* of this operation is not covered."""
        return errors.not_covered(self.operation, what)

    def number(self, name: str, default: int) -> int:
        """Return a query parameter as a number; raises 400 when it is not one."""
        value = self.query(name)
        try:
            return int(value) if value else default
        except ValueError:
            raise errors.argument(f"The value '{value}' is not valid for {name}.", name) from None

    def argument(self, name: str) -> int:
        """Return a number of the path; raises 404 when it is not one."""
        value = self.arguments.get(name, "")
        if not value.isascii() or not value.isdigit() or len(value) > 10:
            raise errors.no_controller(self.request.path)
        return int(value)

    async def raw(self, limit: int = MAX_BODY_BYTES) -> bytes:
        """Return the body; raises 400 when it is over *limit* bytes."""
        content = bytearray()
        async for chunk in self.request.content.iter_chunked(1 << 16):
            content += chunk
            if len(content) > limit:
                raise errors.too_large(limit)
        return bytes(content)

    async def body(self) -> dict[str, Any]:
        """Return the JSON object in the body; raises 400 for another body, 501 for an uncovered member.

        A member that is null, false or empty counts as absent.
        """
        value = await self.value()
        if not isinstance(value, dict):
            raise errors.argument("Value cannot be null.", "body")
        for name, content in value.items():
            if self.members is not None and content and name not in self.members:
                raise self.not_covered(f"{name} in the body")
        return value

    async def value(self) -> Any:
        """Return the JSON value in the body; raises 400 when it is not JSON."""
        try:
            return json.loads(await self.raw() or b"null")
        except ValueError:
            raise errors.argument("The request body is not valid JSON.", "body") from None

    async def patch(self) -> Any:
        """Return the JSON patch in the body; raises 415 for another type of body, 400 when it is not JSON."""
        given = self.request.content_type
        if given != PATCH_TYPE:
            raise errors.content_type_refused(given, self.request.method, PATCH_TYPE)
        try:
            return json.loads(await self.raw())
        except ValueError:
            raise errors.bad_patch() from None

    def reply(self, value: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
        """Answer with *value* as JSON."""
        return answer(value, status, self.version, {**identify(self.caller), **(headers or {})})

    def collection(self, values: Sequence[Any], headers: dict[str, str] | None = None) -> web.Response:
        """Answer with a list: `{count, value}`, or a bare array for clients that request `noArrayWrap`."""
        if "noarraywrap=true" in self.request.headers.get("Accept", "").lower():
            return self.reply(list(values), headers=headers)
        return self.reply({"count": len(values), "value": list(values)}, headers=headers)

    @property
    def at_least_7_2(self) -> bool:
        """Whether the request's version is 7.2 or later."""
        return versions.number_of(self.version) >= versions.LATEST

    def required_project(self) -> Project:
        """Return the project of the path; raises 404 when the path names none."""
        if self.project is None:
            raise errors.no_controller(self.request.path)
        return self.project


def identify(caller: Identity) -> dict[str, str]:
    """Return the header that tells a client its own identity."""
    return {"X-VSS-UserData": f"{caller.id}:{caller.unique_name}"}


def answer(value: Any, status: int, version: str, headers: dict[str, str] | None = None) -> web.Response:
    """Return a JSON response with the headers that all responses have."""
    content_type = (
        f"application/json; charset=utf-8; api-version={version}"
        if version
        else "application/json; charset=utf-8"
    )
    activity = new_id()
    common = {
        "Content-Type": content_type,
        "ActivityId": activity,
        "X-VSS-E2EID": activity,
        "X-TFS-Session": activity,
        "Cache-Control": "no-cache, no-store, must-revalidate",
    }
    body = b"" if value is None and status == 204 else json.dumps(value).encode()
    return web.Response(status=status, body=body, headers={**common, **(headers or {})})
