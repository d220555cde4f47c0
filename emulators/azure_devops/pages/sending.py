"""Answers a form: the change and a redirect to the page, or the page again with the input and an error.

The redirect prevents a reload from repeating the change.
https://learn.microsoft.com/aspnet/core/mvc/views/working-with-forms
"""

from collections.abc import Awaitable, Callable

from aiohttp import web

from emulators.azure_devops.core.errors import VssError
from emulators.azure_devops.core.services import Services
from emulators.azure_devops.core.state import Project
from emulators.azure_devops.pages.extension.host import host_of
from emulators.azure_devops.pages.forms.edits import create, edit, explain
from emulators.azure_devops.pages.forms.inputs import Refused
from emulators.azure_devops.pages.forms.origin import is_same_origin, origin_of
from emulators.azure_devops.pages.forms.reading import Form, FormError, read_form
from emulators.azure_devops.pages.home import show_home
from emulators.azure_devops.pages.parts.html import tag
from emulators.azure_devops.pages.parts.layout import page
from emulators.azure_devops.pages.parts.views import work_item_path
from emulators.azure_devops.pages.work_item import show_work_item
from emulators.azure_devops.work_items import models as work_items

EXPIRED = (
    "Nothing was changed: this page is older than the running server. Check your input and send it again."
)
FOREIGN = "Nothing was changed: this form was not sent by a page of this server."
ShowAgain = Callable[[Refused], Awaitable[web.Response]]


async def send_work_item_form(
    services: Services, request: web.Request, project: Project, number: int
) -> web.Response:
    """Answer a form of a work item's page; raises 404 when there is no such work item."""
    work_items.find(services.state, number, None, project)

    async def change(form: Form) -> str:
        item = work_items.find(services.state, number, None, project)
        edit(services, _url(request, project), item, form)
        return work_item_path(item)

    host = host_of(services, request, project.organization, project)
    return await _answer(
        request, change, lambda refused: show_work_item(services, project, number, refused, host=host)
    )


async def send_home_form(services: Services, request: web.Request, project: Project) -> web.Response:
    """Answer the form that creates a work item in *project*."""

    async def change(form: Form) -> str:
        return work_item_path(create(services, _url(request, project), project, form))

    return await _answer(
        request, change, lambda refused: show_home(services, project.organization, project, refused)
    )


async def _answer(
    request: web.Request, change: Callable[[Form], Awaitable[str]], show_again: ShowAgain
) -> web.Response:
    if not is_same_origin(request):
        return refusal_page(403, FOREIGN)
    form = Form({})
    try:
        form = await read_form(request)
        if not form.is_of_this_process:
            raise FormError(403, EXPIRED)
        return web.Response(status=303, headers={"Location": await change(form)})
    except FormError as error:
        status, message = error.status, error.message
    except VssError as error:
        status, message = error.status, explain(error)
    response = await show_again(Refused(form.name, message, form.values))
    response.set_status(status)
    return response


def refusal_page(status: int, message: str) -> web.Response:
    """Return a page with the reason why a request is refused."""
    response = page("Refused", [], tag("h1", "Refused"), tag("p", message))
    response.set_status(status)
    return response


def _url(request: web.Request, project: Project) -> str:
    return f"{origin_of(request)}/{project.organization}"
