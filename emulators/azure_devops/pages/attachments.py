"""Serves attached files and pictures to the pages, because the REST API requires a sign-in.

https://learn.microsoft.com/rest/api/azure/devops/wit/attachments/get
"""

from urllib.parse import quote

from aiohttp import web

from emulators.azure_devops.core import errors
from emulators.azure_devops.core.services import Services
from emulators.azure_devops.pages.parts.layout import HEADERS
from emulators.azure_devops.work_items import attachments


def send_attachment(services: Services, attachment: str) -> web.Response:
    """Return an attached file as a download; raises 404 when there is none with that id.

    Pictures in texts are still displayed: for an `img` element, browsers ignore type and disposition.
    """
    row = attachments.find(services.state, attachment)
    if row is None:
        raise errors.missing("There is no such attachment.", "AttachmentNotFoundException", errors.WORK_ITEMS)
    name = quote(row["name"] or attachment, safe="")
    headers = {
        **HEADERS,
        "Content-Type": "application/octet-stream",
        "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
    }
    return web.Response(body=attachments.read(services.state, attachment), headers=headers)
