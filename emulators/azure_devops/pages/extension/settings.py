"""The settings pages that the extension contributes: its hubs, in a project's or an organisation's settings.

The name in the address is a contribution's full id, or that of the extension for its first hub there.
https://learn.microsoft.com/azure/devops/extend/develop/add-hub
"""

from aiohttp import web

from emulators.azure_devops.core import errors
from emulators.azure_devops.pages.extension.controls import hubs
from emulators.azure_devops.pages.extension.host import Host, not_built
from emulators.azure_devops.pages.parts.html import tag
from emulators.azure_devops.pages.parts.layout import page
from emulators.azure_devops.pages.parts.views import trail_to
from emulators.extension_manifest import Contribution

SETTINGS = "_settings"


def show_settings(host: Host, name: str) -> web.Response:
    """Return the page of the hub *name*; raises 404 when the extension has none of that name."""
    hub = _hub(host, name.lower())
    title = str(hub.properties.get("name", host.extension.title))
    trail = trail_to(host.project) if host.project else [(host.organization, f"/{host.organization}")]
    content = (
        tag("section", data_hub=hub.id, class_="extension-hub")
        if hub.is_built
        else tag("p", not_built(host.extension), class_="faint")
    )
    scope = "Project" if host.project else "Organization"
    return page(f"{scope} settings: {title}", trail, tag("h1", title), content, hosting=host.hosting())


def _hub(host: Host, name: str) -> Contribution:
    for hub in hubs(host):
        if name in (hub.id.lower(), host.extension.name.lower()):
            return hub
    raise errors.VssError(
        404,
        f"The extension {host.extension.id} contributes no settings page {name} here.",
        "ContributionDoesNotExistException",
        errors.FRAMEWORK,
    )
