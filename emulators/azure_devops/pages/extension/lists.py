"""Lists of work items with the extension's actions: query results, the backlog, and the board.

https://learn.microsoft.com/azure/devops/boards/queries/view-run-query
https://learn.microsoft.com/azure/devops/boards/backlogs/create-your-backlog
https://learn.microsoft.com/azure/devops/boards/boards/kanban-quickstart
"""

from collections.abc import Mapping

from aiohttp import web

from emulators.azure_devops.core.services import Services
from emulators.azure_devops.core.state import Project
from emulators.azure_devops.pages.extension.controls import item_menu, query_toolbar
from emulators.azure_devops.pages.extension.host import Host
from emulators.azure_devops.pages.parts.html import Child, Html, link, tag
from emulators.azure_devops.pages.parts.layout import page, table
from emulators.azure_devops.pages.parts.views import item_link, item_row, project_path, trail_to
from emulators.azure_devops.work_items import models as work_items
from emulators.azure_devops.work_items.models import WorkItem

MAX_ROWS = 200
NONE = "No work items yet: create one on the project's page."
QUERY_ROW = ("ms.vss-work-web.query-result-work-item-menu", "query-row")
BACKLOG_ROW = ("ms.vss-work-web.backlog-item-menu", "backlog-row")
BOARD_CARD = ("ms.vss-work-web.backlog-board-card-item-menu", "board-card")
QUERIES, BACKLOGS, BOARDS = "_queries", "_backlogs", "_boards"
TITLES: Mapping[str, str] = {QUERIES: "Query results", BACKLOGS: "Backlog", BOARDS: "Board"}


def show_list(services: Services, host: Host, project: Project, kind: str) -> web.Response:
    """Return the page of the project's work items as *kind*: query results, backlog or board."""
    items = list(reversed(work_items.everything(services.state, [project])))[:MAX_ROWS]
    content = {QUERIES: _query, BACKLOGS: _backlog, BOARDS: _board}[kind](host, items)
    title = TITLES[kind]
    return page(title, trail_to(project), tag("h1", title), content, hosting=host.hosting())


def list_links(project: Project) -> Html:
    """Return links to the lists of *project*."""
    shown = [[link(title, f"{project_path(project)}/{kind}"), " "] for kind, title in TITLES.items()]
    return tag("p", shown)


def _query(host: Host, items: list[WorkItem]) -> Child:
    return [query_toolbar(host), _table(host, items, QUERY_ROW)]


def _backlog(host: Host, items: list[WorkItem]) -> Child:
    return _table(host, items, BACKLOG_ROW)


def _table(host: Host, items: list[WorkItem], row: tuple[str, str]) -> Html:
    rows: list[list[Child]] = [
        [_checkbox(item), *item_row(item), item_menu(host, *row, item.id)] for item in items
    ]
    return table(["", "Title", "State", "Tags", "Changed", ""], rows, NONE)


def _board(host: Host, items: list[WorkItem]) -> Child:
    states = dict.fromkeys(str(item.fields["System.State"]) for item in items)
    columns = [
        tag("section", tag("h2", state), [_card(host, one) for one in items if _is_in(one, state)])
        for state in states
    ]
    return tag("div", columns, class_="extension-board") if items else tag("p", NONE, class_="faint")


def _card(host: Host, item: WorkItem) -> Html:
    return tag("div", item_link(item), item_menu(host, *BOARD_CARD, item.id), class_="card")


def _is_in(item: WorkItem, state: str) -> bool:
    return bool(item.fields["System.State"] == state)


def _checkbox(item: WorkItem) -> Html:
    return tag(
        "input", type="checkbox", class_="selection", value=str(item.id), aria_label=f"Select {item.id}"
    )
