"""Routes a request to the function that answers it, by organisation, project, operation, version and caller.

https://learn.microsoft.com/rest/api/azure/devops
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import unquote

from aiohttp import web

from emulators.azure_devops.control import responses as control
from emulators.azure_devops.core import cross_origin, errors, queries
from emulators.azure_devops.core.calls import Call, answer
from emulators.azure_devops.core.operations import Operation, matching
from emulators.azure_devops.core.resources import Resource, Route
from emulators.azure_devops.core.services import Services
from emulators.azure_devops.core.versions import version_of
from emulators.azure_devops.git import http as git_http
from emulators.azure_devops.organization import authentication
from emulators.azure_devops.pages import urls as pages
from emulators.azure_devops.storage import git_commands as git
from emulators.azure_devops.urls import RESOURCES, SERVED

log = logging.getLogger(__name__)
MAX_QUERY_LENGTH = (
    2048  # https://learn.microsoft.com/iis/configuration/system.webserver/security/requestfiltering
)
QUERY_TOO_LONG = "<h2>404 - File or directory not found.</h2>"


@dataclass(frozen=True, slots=True)
class Place:
    """A path, split before its first part that starts with `_`: names, and the rest."""

    names: tuple[str, ...]
    rest: tuple[str, ...]

    @property
    def kind(self) -> str:
        """The first part of the rest: `_apis`, `_git`, `_workitems`, or nothing."""
        return self.rest[0].lower() if self.rest else ""


def place_of(request: web.Request) -> Place:
    """Return the parts of a request's path, decoded one by one."""
    parts = [unquote(part) for part in request.rel_url.raw_path.split("/") if part]
    split = next((index for index, part in enumerate(parts) if part.startswith("_")), len(parts))
    return Place(tuple(parts[:split]), tuple(parts[split:]))


def dispatcher(services: Services) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Return the handler of every request."""

    async def dispatch(request: web.Request) -> web.StreamResponse:
        try:
            return await _dispatch(services, request)
        except errors.VssError as error:
            if error.status == 501:
                log.warning("%s %s: %s", request.method, request.path, error.message)
            return answer(error.body(), error.status, "")
        except (git.GitError, LookupError, TypeError, ValueError, AttributeError) as error:
            log.exception("%s %s", request.method, request.path)
            message = f"TF400898: An Internal Error Occurred. ({type(error).__name__})"
            return answer(errors.VssError(500, message, "VssServiceException", errors.COMMON).body(), 500, "")

    return dispatch


async def _dispatch(services: Services, request: web.Request) -> web.StreamResponse:
    place = place_of(request)
    if place.kind == "_control":
        return await control.respond(services, request, place.rest[1:])
    if len(request.rel_url.raw_query_string) > MAX_QUERY_LENGTH:
        return web.Response(status=404, text=QUERY_TOO_LONG, content_type="text/html")
    if place.kind == "_git" and len(place.rest) > 1 and place.names:
        tail = "/".join(place.rest[2:])
        if git_http.service_of(request, tail):
            project = place.names[1] if len(place.names) > 1 else place.rest[1]
            return await git_http.serve(services, request, (place.names[0], project, place.rest[1]), tail)
    if place.kind == "_apis" and place.names:
        return await _respond(services, request, place)
    if request.method in ("GET", "HEAD", "POST") and place.kind != "_apis":
        return await pages.respond(services, request, place.names, place.rest)
    raise errors.no_controller(request.path)


async def _respond(services: Services, request: web.Request, place: Place) -> web.StreamResponse:
    """Answer a call of the REST API."""
    if request.method == "OPTIONS":
        return cross_origin.preflight(request) or _catalogue(place)
    credential = authentication.credential_of(services.state, request)
    if credential is None:
        await request.read()
        return authentication.sign_in_required(request)
    cross_origin.allow(request)
    organization = services.state.organization(place.names[0])
    if organization is None:
        raise errors.missing(
            f"The organization {place.names[0]} does not exist.",
            "HostDoesNotExistException",
            errors.FRAMEWORK,
        )
    project = services.state.project(organization, place.names[1]) if len(place.names) > 1 else None
    operation, arguments = _operation(request, place)
    resource, route = _served(operation)
    title = operation.title
    version = version_of(request, title, preview_only=resource.preview, newest=resource.version)
    if not credential.covers(*operation.scopes):
        raise errors.unauthorized(credential.identity.unique_name)
    parameters = queries.read(title, route.query, request.query)
    caller = credential.identity
    call = Call(
        request, services, caller, organization, project, title, arguments, parameters, route.body, version,
        credential.of_extension,
    )  # fmt: skip
    return await route.answer(call)


def _catalogue(place: Place) -> web.Response:
    area = place.rest[1].lower() if len(place.rest) > 1 else ""
    shown = [resource.location() for resource in RESOURCES if area in ("", resource.area.lower())]
    return answer({"count": len(shown), "value": shown}, 200, "")


def _operation(request: web.Request, place: Place) -> tuple[Operation, dict[str, str]]:
    """Return the operation and its arguments; raises 404 for an unknown path, 405 for its method."""
    in_project = len(place.names) > 1
    found = [
        (operation, arguments)
        for operation, arguments in matching("/".join(place.rest))
        if not (in_project and operation.in_organization)
    ]
    if not found:
        raise errors.no_controller(request.path)
    methods = (request.method, "GET") if request.method == "HEAD" else (request.method,)
    for operation, arguments in found:
        if operation.method in methods:
            return operation, arguments
    raise errors.method_refused(request.method)


def _served(operation: Operation) -> tuple[Resource, Route]:
    """Return the resource and route of *operation*; raises 501 when it is not covered."""
    if operation not in SERVED:
        raise errors.not_covered(operation.title)
    return SERVED[operation]
