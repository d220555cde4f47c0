"""What a page needs to host the extension: the viewer, the theme, and what the page's script must know.

https://learn.microsoft.com/azure/devops/extend/develop/core-sdk
"""

import json
import uuid
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote, urljoin

from aiohttp import web

from emulators.azure_devops.core import errors
from emulators.azure_devops.core.identity_refs import identity_ref
from emulators.azure_devops.core.services import ExtensionSource, Services
from emulators.azure_devops.core.state import JSON, Identity, Project, State
from emulators.azure_devops.organization.seeding import ADMINISTRATOR
from emulators.azure_devops.pages.forms.origin import FORM_TOKEN
from emulators.azure_devops.pages.parts.html import Child, Html, join, tag
from emulators.azure_devops.pages.parts.layout import Hosting
from emulators.azure_devops.pages.parts.views import project_path
from emulators.extension_manifest import BUILD_COMMAND, Contribution, Extension, read_extension

THEMES = ("light", "dark", "high-contrast")
SCRIPTS_PATH, TOKENS_PATH = "_extension/scripts", "_extension/tokens"
ORGANIZATION_HOST = 4  # https://learn.microsoft.com/javascript/api/azure-devops-extension-sdk/hosttype


@dataclass(frozen=True, slots=True)
class Host:
    """A page that hosts the extension for a viewer; *url* is the organisation's address."""

    state: State
    source: ExtensionSource
    extension: Extension
    url: str
    organization: str
    project: Project | None
    viewer: Identity
    theme: str  # "" unless the address names one

    def hosting(self, work_item: JSON | None = None) -> Hosting:
        """Return the parts of the page that host the extension; *work_item* is the one in the form."""
        facts = json.dumps({**self._facts(), "workItem": work_item}).replace("<", "\\u003c")
        content = tag("script", Html(facts), type="application/json", id="extension-host")
        script = tag("script", src=f"/{SCRIPTS_PATH}/host.js", type="module")
        hidden = tag("div", id="extension-actions", hidden="")
        scripts = urljoin(self.url, f"/{SCRIPTS_PATH}/")
        end = join(content, hidden, script)
        return Hosting(scripts, self.source.files_url, self.theme, self._bar(), end, style())

    def _bar(self) -> Html:
        people = [one for one in self.state.identities() if one.kind == "user"]
        return tag(
            "div",
            _choice(
                "extension-person", "Viewed by", [(p.id, p.display_name) for p in people], self.viewer.id
            ),
            _choice("extension-theme", "Theme", [(name, name) for name in THEMES], self.theme or THEMES[0]),
            class_="extension-bar",
        )

    def _facts(self) -> JSON:
        extension = self.extension
        base = f"{self.source.files_url}/"
        return {
            "extension": {
                "id": extension.id, "extensionId": extension.name, "publisherId": extension.publisher,
                "version": extension.version, "baseUri": base,
            },
            "title": extension.title,
            "contributions": {one.id: _described(one, base) for one in extension.contributions},
            "notBuilt": not_built(extension),
            "filesOrigin": self.source.files_url,
            "formToken": FORM_TOKEN,
            "tokensPath": f"/{quote(self.organization)}/{TOKENS_PATH}",
            "organizationUrl": f"{self.url}/",
            "explicitTheme": self.theme,
            **self._context(),
        }  # fmt: skip

    def _context(self) -> JSON:
        viewer, project = identity_ref(self.url, self.viewer), self.project
        return {
            "user": {
                "id": viewer["id"], "descriptor": viewer["descriptor"], "name": viewer["uniqueName"],
                "displayName": viewer["displayName"], "imageUrl": viewer["imageUrl"],
            },
            "host": {
                "id": self.state.organization_id(self.organization), "name": self.organization,
                "serviceVersion": "", "type": ORGANIZATION_HOST, "isHosted": True,
            },
            "project": {"id": project.id, "name": project.name} if project else None,
            "team": _default_team(project) if project else None,
            "workItemsPath": f"{project_path(project)}/_workitems/edit/" if project else "",
        }  # fmt: skip


def host_of(
    services: Services, request: web.Request, organization: str, project: Project | None = None
) -> Host | None:
    """Return the host of the extension for a page, or None if there is no extension or no browser.

    A program that signs in saves the page, where scripts would not work. Raises 404 for an unknown viewer.
    """
    source = services.extension
    extension = read_extension(source.folder) if source else None
    if source is None or extension is None or "Authorization" in request.headers:
        return None
    theme = request.query.get("theme", "")
    return Host(
        services.state,
        source,
        extension,
        f"http://{request.host}/{organization}",
        organization,
        project,
        person(services.state, request.query.get("person", "")),
        theme if theme in THEMES else "",
    )


def person(state: State, words: str) -> Identity:
    """Return a person by id, address or name, the administrator without *words*; raises 404."""
    found = state.find_identity(words) if words else ADMINISTRATOR
    if found is None or found.kind != "user":
        raise errors.VssError(
            404, f"There is no person {words}.", "IdentityNotFoundException", errors.FRAMEWORK
        )
    return found


def not_built(extension: Extension) -> str:
    """Return what a person reads where a page of the extension is not built."""
    return f"The pages of {extension.title} are not built. Run: {BUILD_COMMAND} (needs Node), then reload."


@cache
def style() -> str:
    """Return the style sheet of what hosts the extension."""
    return Path(__file__).with_name("host.css").read_text("utf-8")


def _described(contribution: Contribution, base: str) -> JSON:
    uri = contribution.properties.get("uri", "")
    return {
        "type": contribution.type,
        "properties": contribution.properties,
        "url": urljoin(base, str(uri)),
        "isBuilt": contribution.is_built,
    }


def _default_team(project: Project) -> JSON:
    return {"id": str(uuid.uuid5(uuid.UUID(project.id), "team")), "name": f"{project.name} Team"}


def _choice(name: str, label: str, options: list[tuple[str, str]], chosen: str) -> Html:
    shown: list[Child] = [
        tag("option", text, value=value, selected="" if value == chosen else None) for value, text in options
    ]
    return tag("label", tag("span", label), tag("select", shown, id=name))
