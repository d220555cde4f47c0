"""Buttons, menus, groups and hubs of the extension; the targets in its manifest decide where they appear.

https://learn.microsoft.com/azure/devops/extend/reference/targets/overview
"""

from emulators.azure_devops.pages.extension.host import Host, not_built
from emulators.azure_devops.pages.parts.html import Child, Html, tag
from emulators.extension_manifest import Contribution

ACTION = "ms.vss-web.action"
GROUP = "ms.vss-work-web.work-item-form-group"
HUB = "ms.vss-web.hub"
CONTEXT_MENU = "ms.vss-work-web.work-item-context-menu"
FORM_TOOLBAR = "ms.vss-work-web.work-item-toolbar-menu"
QUERY_TOOLBAR = "ms.vss-work-web.work-item-query-results-toolbar-menu"
FORM = "ms.vss-work-web.work-item-form"
PROJECT_HUBS = "ms.vss-web.project-admin-hub-group"
ORGANIZATION_HUBS = "ms.vss-web.collection-admin-hub-group"
DEFAULT_HEIGHT = 200  # of a group whose manifest names none
MENU = "\N{HORIZONTAL ELLIPSIS}"


def form_toolbar(host: Host) -> Html:
    """Return the toolbar of a work item's form: the extension's buttons, and the menu."""
    buttons = [_button(one, "form") for one in host.extension.at(FORM_TOOLBAR, kind=ACTION)]
    menu = _menu(host.extension.at(CONTEXT_MENU, kind=ACTION), "form", "More actions")
    return tag("div", buttons, menu, id="extension-toolbar", class_="extension-toolbar")


def query_toolbar(host: Host) -> Html:
    """Return the toolbar over a list of work items; its buttons are for the selected ones."""
    buttons = [_button(one, "query-toolbar") for one in host.extension.at(QUERY_TOOLBAR, kind=ACTION)]
    return tag("div", buttons, id="extension-toolbar", class_="extension-toolbar")


def item_menu(host: Host, target: str, place: str, number: int) -> Child:
    """Return the menu of a work item in a list, for contributions to *target*; None without any."""
    return _menu(
        host.extension.at(target, CONTEXT_MENU, kind=ACTION), place, f"Actions for {number}", str(number)
    )


def groups(host: Host) -> Child:
    """Return the groups of a work item's form; the script fills them with the extension's pages."""
    return [
        tag(
            "section",
            tag("h2", str(one.properties.get("name", host.extension.title))),
            None if one.is_built else tag("p", not_built(host.extension), class_="faint"),
            data_group=one.id if one.is_built else None,
            data_height=str(one.properties.get("height", DEFAULT_HEIGHT)),
            class_="extension-group",
        )
        for one in host.extension.at(FORM, kind=GROUP)
    ]


def hubs(host: Host) -> list[Contribution]:
    """Return the hubs in the settings of the project, or of the organisation on a page without one."""
    return host.extension.at(PROJECT_HUBS if host.project else ORGANIZATION_HUBS, kind=HUB)


def _menu(contributions: list[Contribution], place: str, label: str, item: str | None = None) -> Child:
    if not contributions:
        return None
    buttons = [_button(one, place, item) for one in contributions]
    return tag("details", tag("summary", MENU, aria_label=label), buttons, class_="extension-menu")


def _button(contribution: Contribution, place: str, item: str | None = None) -> Html:
    words = contribution.properties
    text = words.get("toolbarText" if place.endswith("toolbar") else "text") or words.get("text", "")
    return tag(
        "button",
        str(text),
        type="button",
        title=words.get("title"),
        data_action=contribution.id,
        data_place=place,
        data_item=item,
    )
