"""Pages for people: everything, a project, a repository, a work item, a pull request.

They need no credential, and are served on the loopback address alone.
"""

from aiohttp import web

from emulators.azure_devops.core import errors
from emulators.azure_devops.core.services import Services
from emulators.azure_devops.pages.home import show_home
from emulators.azure_devops.pages.html import tag
from emulators.azure_devops.pages.layout import page
from emulators.azure_devops.pages.pull_request import show_pull_request
from emulators.azure_devops.pages.repository import show_repository
from emulators.azure_devops.pages.work_item import show_work_item


async def respond(
    services: Services, request: web.Request, names: tuple[str, ...], rest: tuple[str, ...]
) -> web.Response:
    """Answer with the page that the path means, or with one that says that there is none."""
    try:
        return await _page(services, request, names, rest)
    except errors.VssError as error:
        response = page("Not found", [], tag("h1", "Not found"), tag("p", error.message))
        response.set_status(error.status)
        return response


async def _page(
    services: Services, request: web.Request, names: tuple[str, ...], rest: tuple[str, ...]
) -> web.Response:
    state = services.state
    if not names and not rest:
        return await show_home(services, None, None)
    organization = state.organization(names[0]) if names else None
    if organization is None or len(names) > 2:
        raise errors.no_controller(request.path)
    kind = rest[0].lower() if rest else ""
    if kind == "_git" and len(rest) > 1:
        project = state.project(organization, names[1] if len(names) > 1 else rest[1])
        repository = state.repository(organization, project, rest[1])
        if len(rest) == 4 and rest[2].lower() == "pullrequest" and _is_number(rest[3]):
            return await show_pull_request(services, project, repository, int(rest[3]))
        if len(rest) == 2:
            return await show_repository(services, project, repository, dict(request.query))
    elif len(names) == 2 and kind == "_workitems" and len(rest) == 3 and _is_number(rest[2]):
        return await show_work_item(services, state.project(organization, names[1]), int(rest[2]))
    elif not rest:
        return await show_home(
            services, organization, state.project(organization, names[1]) if len(names) > 1 else None
        )
    raise errors.no_controller(request.path)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10
