"""The page of a work item: its fields and texts, links and comments, and forms to change them.

https://learn.microsoft.com/azure/devops/boards/work-items/about-work-items
"""

from aiohttp import web

from emulators.azure_devops.core.errors import VssError
from emulators.azure_devops.core.services import Services
from emulators.azure_devops.core.state import JSON, Project, State
from emulators.azure_devops.pages.extension.controls import form_toolbar, groups
from emulators.azure_devops.pages.extension.host import Host
from emulators.azure_devops.pages.extension.work_item import form_facts
from emulators.azure_devops.pages.forms.inputs import Refused
from emulators.azure_devops.pages.forms.work_item import (
    acting_person,
    attach_form,
    comment_form,
    edit_form,
    page_problem,
    tag_forms,
)
from emulators.azure_devops.pages.parts.html import Child, Html, join, link, tag
from emulators.azure_devops.pages.parts.layout import card, date, facts, page
from emulators.azure_devops.pages.parts.references import References
from emulators.azure_devops.pages.parts.texts import attachment_path, rich
from emulators.azure_devops.pages.parts.views import (
    item_link,
    item_state,
    person,
    pull_request_path,
    pull_request_state,
    references,
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
NO_LINKS = "No links yet: the pull request of a run is linked here, and so are attached files."
NO_COMMENTS = "No comments yet: a run reports here when it starts and when it ends."
KINDS = {
    "System.LinkTypes.Hierarchy-Forward": "Child",
    "System.LinkTypes.Hierarchy-Reverse": "Parent",
    "System.LinkTypes.Related": "Related",
}


async def show_work_item(
    services: Services,
    project: Project,
    number: int,
    refused: Refused | None = None,
    *,
    has_forms: bool = True,
    host: Host | None = None,
) -> web.Response:
    """Return the page of a work item; *refused* is a form that failed. Raises 404."""
    item = work_items.find(services.state, number, None, project)
    name = f"{item.fields['System.WorkItemType']} {item.id}: {item.fields['System.Title']}"
    content = _content(services, project, item, refused, has_forms=has_forms)
    if host is None:
        return page(name, trail_to(project), content)
    form = tag("div", tag("div", content, id="item"), tag("aside", groups(host)), class_="extension-form")
    return page(
        name, trail_to(project), form_toolbar(host), form, hosting=host.hosting(form_facts(host, item))
    )


def _content(
    services: Services, project: Project, item: WorkItem, refused: Refused | None, *, has_forms: bool
) -> Html:
    state, texts = services.state, references(services, project.organization)
    kind, title = str(item.fields["System.WorkItemType"]), str(item.fields["System.Title"])
    return join(
        tag("p", f"{kind} {item.id}", class_="faint"),
        tag("h1", title),
        page_problem(refused),
        tag("p", item_state(item)),
        tag_forms(item, refused) if has_forms else tag("p", tags(item.tags)),
        _facts(state, item),
        edit_form(item, TEXTS[item.kind.text_field], refused) if has_forms else None,
        _texts(item, texts),
        tag("h2", "Links"),
        _links(state, item),
        attach_form(item, refused) if has_forms else None,
        tag("h2", "Comments"),
        _comments(state, item, texts),
        (comment_form(item, refused), acting_person()) if has_forms else None,
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


def _texts(item: WorkItem, texts: References) -> list[Child]:
    formats = multiline_formats(item)
    return [
        join(
            tag("h2", name),
            tag(
                "div",
                rich(str(item.fields[field]), texts, is_markdown=formats.get(field) == "markdown"),
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
    return tag("table", rows, class_="facts") if rows else tag("p", NO_LINKS, class_="faint")


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
    if relation["rel"] == "AttachedFile":
        return "Attachment", link(name or url, attachment_path(url) or url)
    return str(relation["rel"]), link(name or url, url)


def _comments(state: State, item: WorkItem, texts: References) -> Child:
    shown = []
    for comment in comments.listed(state, item):
        edited = " (edited)" if comment["version"] > 1 else ""
        head = join(
            tag("b", person(state, comment["by"])),
            tag("span", f" {date(comment['date'])}{edited}", class_="faint"),
        )
        shown.append(card(head, rich(comment["text"], texts, is_markdown=comment["format"] == "markdown")))
    return shown or tag("p", NO_COMMENTS, class_="faint")
