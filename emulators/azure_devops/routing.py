"""From a request to who answers it: organisation, project, resource, version, caller, permission."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import unquote

from aiohttp import web

from emulators.azure_devops.control import responses as responses_control
from emulators.azure_devops.core import errors
from emulators.azure_devops.core.calls import Call, answer
from emulators.azure_devops.core.resources import Answer, Resource
from emulators.azure_devops.core.services import Services
from emulators.azure_devops.core.state import Project
from emulators.azure_devops.core.versions import version_of
from emulators.azure_devops.git import http as git_http
from emulators.azure_devops.organization import authentication
from emulators.azure_devops.pages import urls as pages
from emulators.azure_devops.storage import git_commands as git
from emulators.azure_devops.urls import RESOURCES

log = logging.getLogger(__name__)
READING = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True, slots=True)
class Place:
    """The parts of a path: what stands before the first part that starts with `_`, and the rest."""

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
            return answer(error.body(), error.status, "")
        except (git.GitError, LookupError, TypeError, ValueError, AttributeError) as error:
            log.exception("%s %s", request.method, request.path)
            message = f"TF400898: An Internal Error Occurred. ({type(error).__name__})"
            return answer(errors.VssError(500, message, "VssServiceException", errors.COMMON).body(), 500, "")

    return dispatch


async def _dispatch(services: Services, request: web.Request) -> web.StreamResponse:
    place = place_of(request)
    if place.kind == "_control":
        return await responses_control.respond(services, request, place.rest[1:])
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
        return _catalogue(place)
    credential = authentication.credential_of(services.state, request)
    if credential is None:
        await request.read()
        return authentication.sign_in_required(request.method)
    organization = services.state.organization(place.names[0])
    if organization is None:
        raise errors.missing(
            f"The organization {place.names[0]} does not exist.",
            "HostDoesNotExistException",
            errors.FRAMEWORK,
        )
    project = services.state.project(organization, place.names[1]) if len(place.names) > 1 else None
    resource, arguments, handler = _find(request, place, project)
    version = version_of(request, preview_only=resource.preview)
    scope = resource.reading if request.method in READING else resource.writing
    if not credential.covers(scope):
        raise errors.unauthorized(credential.identity.unique_name)
    call = Call(request, services, credential.identity, organization, project, arguments, version)
    return await handler(call)


def _catalogue(place: Place) -> web.Response:
    area = place.rest[1].lower() if len(place.rest) > 1 else ""
    shown = [resource.location() for resource in RESOURCES if area in ("", resource.area.lower())]
    return answer({"count": len(shown), "value": shown}, 200, "")


def _find(
    request: web.Request, place: Place, project: Project | None
) -> tuple[Resource, dict[str, str], Answer]:
    path, refused = "/".join(place.rest), False
    for resource in RESOURCES:
        match = resource.pattern.fullmatch(path)
        if match is None or (resource.scope == "organization" and project is not None):
            continue
        arguments = {name: value for name, value in match.groupdict().items() if value is not None}
        handler = resource.handler(request.method, arguments)
        if handler is not None:
            return resource, arguments, handler
        refused = True
    raise errors.method_refused(request.method) if refused else errors.no_controller(request.path)
