"""Checks requests to Resource Manager before an operation handles them.

Versions and errors: https://learn.microsoft.com/rest/api/container-instances/ and
https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-register-resource-provider
"""

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from emulators.azure_resource_manager import errors
from emulators.azure_resource_manager.definition.regions import REGIONS, region_of
from emulators.azure_resource_manager.errors import PROVIDER, ResourceManagerError

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

VERSION = "2023-05-01"
VERSIONS = (
    *("2017-08-01-preview", "2017-10-01-preview", "2017-12-01-preview", "2018-02-01-preview", "2018-04-01"),
    *("2018-06-01", "2018-07-01", "2018-09-01", "2018-10-01", "2019-12-01", "2020-11-01", "2021-03-01"),
    *("2021-07-01", "2021-09-01", "2021-10-01", "2022-04-01-preview", "2022-09-01", "2022-10-01-preview"),
    *("2023-02-01-preview", VERSION, "2023-05-15-preview", "2024-05-01-preview", "2024-09-01-preview"),
    *("2024-10-01-preview", "2024-11-01-preview", "2025-09-01", "2026-05-01"),
)


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation by its `operationId` in Microsoft's specification, and its query parameters."""

    name: str
    resource_type: str
    parameters: tuple[str, ...] = ()

    def check(self, request: web.Request) -> None:
        """Raise `ResourceManagerError` for an unserved version (404, 501) or query parameter (501)."""
        version = request.query["api-version"]
        if version not in VERSIONS:
            raise self._unknown_version(version)
        if version != VERSION:
            raise errors.not_covered(f"{self.name} in api-version {version}")
        for parameter in request.query:
            if parameter not in ("api-version", *self.parameters):
                raise errors.not_covered(f"{self.name} with the query parameter '{parameter}'")

    def _unknown_version(self, version: str) -> ResourceManagerError:
        message = (
            f"The resource type '{self.resource_type}' could not be found in the namespace '{PROVIDER}' for "
            f"api version '{version}'. The supported api-versions are '{','.join(VERSIONS)}'."
        )
        return ResourceManagerError(404, "InvalidResourceType", message)


def require_version(request: web.Request) -> None:
    """Raise `ResourceManagerError` (400) for a request that names no api-version."""
    if not request.query.get("api-version"):
        message = "The api-version query parameter (?api-version=) is required for all requests."
        raise errors.invalid("MissingApiVersionParameter", message)


def unknown_route(request: web.Request) -> ResourceManagerError:
    """Return the answer for a path without operations: 404, or 501 for a path of another provider."""
    path = request.path.lower()
    is_resource_manager = path.startswith(("/subscriptions", "/providers", "/tenants"))
    if is_resource_manager and f"/providers/{PROVIDER.lower()}/" not in path:
        return errors.not_covered(f"{request.method} {request.path}, of a provider other than {PROVIDER},")
    return ResourceManagerError(404, "InvalidResourceType", "The resource type could not be found.")


def unknown_method(request: web.Request) -> ResourceManagerError:
    """Return 405 for a method that the path does not have."""
    message = f"The requested resource does not support http method '{request.method}'."
    return ResourceManagerError(405, "UnsupportedHttpMethod", message)


def check_region(location: str, resource_type: str) -> None:
    """Raise `ResourceManagerError` (400) unless the *location* in a path is a region."""
    if region_of(location) not in REGIONS:
        message = (
            f"No registered resource provider found for location '{location}' and API version '{VERSION}' "
            f"for type '{resource_type}'. The supported api-versions are '{', '.join(VERSIONS)}'. The "
            f"supported locations are '{', '.join(REGIONS)}'."
        )
        raise errors.invalid("NoRegisteredProviderFound", message)


async def json_object(request: web.Request) -> dict[str, Any]:
    """Return the JSON object in the body; raises `ResourceManagerError` (400) for anything else."""
    try:
        body = json.loads(await request.text())
    except ValueError as error:
        raise errors.invalid("InvalidRequestContent", "The request content is not valid JSON.") from error
    if not isinstance(body, dict):
        raise errors.invalid("InvalidRequestContent", "The request content must be a JSON object.")
    return body


def tail_of(request: web.Request) -> int | None:
    """Return the number of lines in `tail`, None without one; raises `ResourceManagerError` (400)."""
    tail = request.query.get("tail")
    if tail is None:
        return None
    if not re.fullmatch(r"[0-9]{1,9}", tail):
        raise errors.invalid("InvalidParameter", "The parameter 'tail' must be a 32-bit number.")
    return int(tail)


def timestamps_of(request: web.Request) -> bool:
    """Return the boolean `timestamps`; raises `ResourceManagerError` (400) for another value."""
    word = request.query.get("timestamps", "false").lower()
    if word not in ("true", "false"):
        raise errors.invalid("InvalidParameter", "The parameter 'timestamps' must be true or false.")
    return word == "true"
