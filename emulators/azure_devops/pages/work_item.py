"""The page of a work item: its fields and texts, what it is linked to, what was said and what changed."""

from aiohttp import web

from emulators.azure_devops.core.errors import VssError
from emulators.azure_devops.core.services import Services
from emulators.azure_devops.core.state import JSON, Project, State
from emulators.azure_devops.pages.html import Child, Html, join, link, tag
from emulators.azure_devops.pages.layout import card, date, facts, page
from emulators.azure_devops.pages.texts import rich
from emulators.azure_devops.pages.views import (
    item_link,
    item_state,
    person,
    pull_request_path,
    pull_request_state,
    tags,
    trail_to,
)
from emulators.azure_devops.pull_requests import models as pull_requests
from emulators.azure_devops.work_items import comments
from emulators.azure_devops.work_items import models as work_items
from emulators.azure_devops.work_items.models import WorkItem
from emulators.azure_devops.work_items.shapes import multiline_formats

TEXTS = {
    "System.Description": "Description",
    "Microsoft.VSTS.TCM.ReproSteps": "Repro steps",
    "Microsoft.VSTS.TCM.SystemInfo": "System info",
    "Microsoft.VSTS.Common.AcceptanceCriteria": "Acceptance criteria",
}
KINDS = {
    "System.LinkTypes.Hierarchy-Forward": "Child",
    "System.LinkTypes.Hierarchy-Reverse": "Parent",
    "System.LinkTypes.Related": "Related",
}


async def show_work_item(services: Services, project: Project, number: int) -> web.Response:
    """Return the page of a work item; raises 404."""
    state = services.state
    item = work_items.find(state, number, None, project)
    title = f"{item.fields['System.WorkItemType']} {item.id}: {item.fields['System.Title']}"
    trail = trail_to(project)
    return page(
        title,
        trail,
        tag("p", f"{item.fields['System.WorkItemType']} {item.id}", class_="faint"),
        tag("h1", item.fields["System.Title"]),
        tag("p", item_state(item), tags(item.tags)),
        _facts(state, item),
        _texts(item),
        tag("h2", "Links"),
        _links(state, item),
        tag("h2", "Comments"),
        _comments(state, item),
    )


def _facts(state: State, item: WorkItem) -> Html:
    fields = item.fields
    assigned = fields.get("System.AssignedTo")
    return facts(
        [
            ("Assigned to", person(state, assigned["identity"]) if assigned else "Unassigned"),
            ("Area", str(fields["System.AreaPath"])),
            ("Iteration", str(fields["System.IterationPath"])),
            ("Reason", str(fields["System.Reason"])),
            ("Created", _stamp(state, fields, "Created")),
            ("Changed", _stamp(state, fields, "Changed")),
            ("Revision", str(item.revision["rev"])),
        ]
    )


def _stamp(state: State, fields: JSON, name: str) -> str:
    return f"{date(fields[f'System.{name}Date'])} by {person(state, fields[f'System.{name}By']['identity'])}"


def _texts(item: WorkItem) -> list[Child]:
    formats = multiline_formats(item)
    return [
        join(
            tag("h2", name),
            tag(
                "div",
                rich(str(item.fields[field]), is_markdown=formats.get(field) == "markdown"),
                class_="text",
            ),
        )
        for field, name in TEXTS.items()
        if field in item.fields
    ]


def _links(state: State, item: WorkItem) -> Html:
    rows = [
        tag("tr", tag("th", kind), tag("td", value))
        for kind, value in (_link(state, r) for r in item.relations)
    ]
    return tag("table", rows, class_="facts") if rows else tag("p", "None yet.", class_="faint")


def _link(state: State, relation: JSON) -> tuple[str, Child]:
    url, name = relation["url"], str(relation["attributes"].get("name", ""))
    number = work_items.pull_request_of(url)
    try:
        if number is not None:
            pull_request = pull_requests.find(state, number)
            text = f"Pull request {number}: {pull_request['title']}"
            return "Pull request", join(
                link(text, pull_request_path(state, pull_request)), " ", pull_request_state(pull_request)
            )
        if "/workitems/" in url.lower():
            other = work_items.find(state, int(url.rpartition("/")[2]), None)
            return KINDS.get(relation["rel"], "Work item"), item_link(other)
    except (VssError, ValueError):
        return str(relation["rel"]), url
    kind = "Attachment" if relation["rel"] == "AttachedFile" else str(relation["rel"])
    return kind, link(name or url, url)


def _comments(state: State, item: WorkItem) -> Child:
    shown = []
    for comment in comments.listed(state, item):
        edited = " (edited)" if comment["version"] > 1 else ""
        head = join(
            tag("b", person(state, comment["by"])),
            tag("span", f" {date(comment['date'])}{edited}", class_="faint"),
        )
        shown.append(card(head, rich(comment["text"], is_markdown=comment["format"] == "markdown")))
    return shown or tag("p", "None yet.", class_="faint")
