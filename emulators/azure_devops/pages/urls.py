"""Routes paths to pages. The paths are those of the web portal, except `/_runs` and `/_extension`.

https://learn.microsoft.com/azure/devops/project/navigation/
"""

from aiohttp import web

from emulators.azure_devops.core import errors
from emulators.azure_devops.core.services import Services
from emulators.azure_devops.core.state import Project
from emulators.azure_devops.pages.attachments import send_attachment
from emulators.azure_devops.pages.builds import show_build, show_builds
from emulators.azure_devops.pages.extension.host import Host, host_of
from emulators.azure_devops.pages.extension.lists import TITLES, show_list
from emulators.azure_devops.pages.extension.scripts import send_script
from emulators.azure_devops.pages.extension.settings import SETTINGS, show_settings
from emulators.azure_devops.pages.extension.tokens import send_token
from emulators.azure_devops.pages.forms.origin import origin_of
from emulators.azure_devops.pages.home import show_home
from emulators.azure_devops.pages.parts.html import tag
from emulators.azure_devops.pages.parts.layout import page
from emulators.azure_devops.pages.parts.views import RUNS_PATH, work_item_path
from emulators.azure_devops.pages.pull_request import show_pull_request
from emulators.azure_devops.pages.repository import show_repository
from emulators.azure_devops.pages.runs import show_run, show_runs
from emulators.azure_devops.pages.sending import refusal_page, send_home_form, send_work_item_form
from emulators.azure_devops.pages.work_item import show_work_item
from emulators.azure_devops.work_items import models as work_items
from emulators.loopback import is_local

WORK_ITEMS, BUILDS, EXTENSION = "_workitems", "_build", "_extension"


async def respond(
    services: Services, request: web.Request, names: tuple[str, ...], rest: tuple[str, ...]
) -> web.Response:
    """Answer with the page at the path, or with a page that explains the error."""
    if not is_local(request):
        address = f"{origin_of(request)}/"
        return refusal_page(403, f"The pages are for a browser on this machine: open {address} there.")
    try:
        if request.method == "POST":
            return await _form(services, request, names, rest)
        return await _page(services, request, names, rest)
    except errors.VssError as error:
        title = "Not found" if error.status == 404 else "This did not work"
        response = page(title, [], tag("h1", title), tag("p", error.message))
        response.set_status(error.status)
        return response


async def _page(
    services: Services, request: web.Request, names: tuple[str, ...], rest: tuple[str, ...]
) -> web.Response:
    kind = rest[0].lower() if rest else ""
    if not names:
        return await _top(services, request, kind, rest)
    organization = _organization(services, request, names)
    if kind == "_git" and len(rest) > 1:
        return await _repository(services, request, (organization, *names[1:]), rest)
    if kind == WORK_ITEMS and len(rest) == 3:
        return await _work_item(services, request, (organization, *names[1:]), rest)
    if kind == BUILDS and len(names) == 2:
        return await _build(services, request, services.state.project(organization, names[1]), rest)
    project = _project(services, organization, names)
    if rest:
        return _of_extension(services, host_of(services, request, organization, project), rest)
    return await show_home(services, organization, project)


def _of_extension(services: Services, host: Host | None, rest: tuple[str, ...]) -> web.Response:
    """Answer with a page that exists only with the extension: its settings, or a list with its actions."""
    if host and rest[0].lower() == SETTINGS and len(rest) == 2:
        return show_settings(host, rest[1])
    if host and host.project and rest[0].lower() in TITLES and len(rest) == 1:
        return show_list(services, host, host.project, rest[0].lower())
    raise errors.no_controller("/".join(rest))


async def _top(services: Services, request: web.Request, kind: str, rest: tuple[str, ...]) -> web.Response:
    if not rest:
        return await show_home(services, None, None)
    if kind == EXTENSION and len(rest) == 3 and rest[1] == "scripts":
        return send_script(rest[2])
    if kind == RUNS_PATH.strip("/") and len(rest) <= 2:
        return await (show_run(services, rest[1]) if len(rest) == 2 else show_runs(services))
    raise errors.no_controller(request.path)


async def _repository(
    services: Services, request: web.Request, names: tuple[str, ...], rest: tuple[str, ...]
) -> web.Response:
    project = services.state.project(names[0], names[1] if len(names) > 1 else rest[1])
    repository = services.state.repository(names[0], project, rest[1])
    if len(rest) == 4 and rest[2].lower() == "pullrequest" and _is_number(rest[3]):
        return await show_pull_request(services, project, repository, int(rest[3]))
    if len(rest) == 2:
        origin = origin_of(request)
        return await show_repository(services, project, repository, dict(request.query), origin)
    raise errors.no_controller(request.path)


async def _work_item(
    services: Services, request: web.Request, names: tuple[str, ...], rest: tuple[str, ...]
) -> web.Response:
    """Answer a path below `_workitems`; without a project in it, the work item's project is looked up."""
    if rest[1].lower() == "attachments" and len(names) == 1:
        return send_attachment(services, rest[2])
    if not _is_number(rest[2]):
        raise errors.no_controller(request.path)
    if len(names) == 1:
        item = work_items.find(services.state, int(rest[2]), None)
        if item.project.organization != names[0]:
            raise errors.work_item_missing(item.id)
        return web.Response(status=302, headers={"Location": work_item_path(item)})
    has_forms = (
        "Authorization" not in request.headers
    )  # a program that signs in saves the page, where forms would not work
    project = services.state.project(names[0], names[1])
    host = host_of(services, request, project.organization, project)
    return await show_work_item(services, project, int(rest[2]), has_forms=has_forms, host=host)


async def _build(
    services: Services, request: web.Request, project: Project, rest: tuple[str, ...]
) -> web.Response:
    """Answer a path below `_build`: all pipelines, or the run that the query names."""
    view, number = "/".join(rest[1:]).lower(), request.query.get("buildId", "")
    if view == "results" and _is_number(number):
        return await show_build(services, project, int(number))
    if view in ("", "definition"):
        return await show_builds(services, project)
    raise errors.no_controller(request.path)


async def _form(
    services: Services, request: web.Request, names: tuple[str, ...], rest: tuple[str, ...]
) -> web.Response:
    organization = _organization(services, request, names)
    project = _project(services, organization, names)
    if project is None and rest == (EXTENSION, "tokens"):
        return await send_token(services, request)
    if project is not None and not rest:
        return await send_home_form(services, request, project)
    is_item = len(rest) == 3 and rest[0].lower() == WORK_ITEMS and _is_number(rest[2])
    if project is not None and is_item:
        return await send_work_item_form(services, request, project, int(rest[2]))
    raise errors.method_refused(request.method)


def _organization(services: Services, request: web.Request, names: tuple[str, ...]) -> str:
    organization = services.state.organization(names[0]) if names else None
    if organization is None or len(names) > 2:
        raise errors.no_controller(request.path)
    return organization


def _project(services: Services, organization: str, names: tuple[str, ...]) -> Project | None:
    return services.state.project(organization, names[1]) if len(names) > 1 else None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10
