"""Carries out forms: each is one change by the organisation's administrator, as in the web portal.

Changes use the functions of the REST API, so limits, revisions and service hooks are the same.
- https://learn.microsoft.com/azure/devops/boards/work-items/view-add-work-items
- https://learn.microsoft.com/azure/devops/boards/queries/add-tags-to-work-items
- https://learn.microsoft.com/azure/devops/organizations/settings/work/object-limits
"""

import re
from collections.abc import Callable, Mapping

from emulators.azure_devops.core.errors import VssError
from emulators.azure_devops.core.services import Services
from emulators.azure_devops.core.state import JSON, Project
from emulators.azure_devops.organization.seeding import ADMINISTRATOR
from emulators.azure_devops.pages.forms.reading import Form, FormError
from emulators.azure_devops.work_items import attachments, changing, comments
from emulators.azure_devops.work_items import models as work_items
from emulators.azure_devops.work_items.models import WorkItem, split_tags
from emulators.azure_devops.work_items.processes import type_of

PERSON = ADMINISTRATOR
TAGS, TITLE = "System.Tags", "System.Title"
LIMITS = "https://learn.microsoft.com/azure/devops/organizations/settings/work/object-limits"
CHANGED_MEANWHILE = (
    "This work item has changed since you opened it. Compare your text with the page, then save again "
    "to replace its title and description."
)
_RULE = re.compile(r"Rule Error for field (\w+)\. Error code: ([\w, ]+)\.")

Edit = Callable[[Services, str, WorkItem, Form], None]


def create(services: Services, url: str, project: Project, form: Form) -> WorkItem:
    """Create a work item from a form and return it; raises `FormError` or `VssError` for wrong input."""
    kind = type_of(project.process, form.line("type"))
    if kind is None:
        raise FormError(400, f"The process {project.process} has no such work item type.")
    operations = [
        _add(TITLE, _title(form)),
        _add(kind.text_field, form.text("description")),
        _add(TAGS, "; ".join(split_tags(form.line("tags")))),
        {"op": "add", "path": f"/multilineFieldsFormat/{kind.text_field}", "value": "Markdown"},
    ]
    state = services.state
    work_items.require_write(state, PERSON, project)
    with state.store.transaction():
        draft = changing.first_draft(state, project, kind, operations, PERSON)
        change = changing.record(state, project, draft, None, PERSON)
    changing.announce(services, url, change)
    return change.item


def edit(services: Services, url: str, item: WorkItem, form: Form) -> None:
    """Carry out a form of a work item's page; raises `FormError` or `VssError` for wrong input."""
    if form.name not in EDITS:
        raise FormError(400, "This page has no such form.")
    work_items.require_write(services.state, PERSON, item.project)
    EDITS[form.name](services, url, item, form)


def explain(error: VssError) -> str:
    """Return an error of the REST API in words for the person who filled in a form."""
    if error.key == "TestPatchOperationFailedException":
        return CHANGED_MEANWHILE
    rule = _RULE.search(error.message)
    if rule is None:
        return error.message.partition("\r\n")[0]
    if "InvalidEmpty" in rule[2]:
        return f"{rule[1]} must not be empty."
    return f"{rule[1]}: longer or more than Azure DevOps allows, see {LIMITS}."


def _add_tag(services: Services, url: str, item: WorkItem, form: Form) -> None:
    tags = split_tags(form.line("tag"))
    if not tags:
        raise FormError(400, "Type a tag, or several with a semicolon between them.")
    _patch(services, url, item, [_add(TAGS, "; ".join(tags))])


def _remove_tag(services: Services, url: str, item: WorkItem, form: Form) -> None:
    removed = form.line("tag").lower()
    kept = [tag for tag in item.tags if tag.lower() != removed]
    _patch(services, url, item, [{"op": "replace", "path": f"/fields/{TAGS}", "value": "; ".join(kept)}])


def _edit_texts(services: Services, url: str, item: WorkItem, form: Form) -> None:
    operations = [
        {"op": "test", "path": "/rev", "value": form.line("revision")},
        _add(TITLE, _title(form)),
        _add(item.kind.text_field, form.text("description")),
    ]
    _patch(services, url, item, operations)


def _comment(services: Services, url: str, item: WorkItem, form: Form) -> None:
    text = form.text("text")
    if not text:
        raise FormError(400, "Write something before you add the comment.")
    with services.state.store.transaction():
        change = comments.add(services.state, item, text, PERSON, markdown=True)
    changing.announce(services, url, change)


def _attach(services: Services, url: str, item: WorkItem, form: Form) -> None:
    if form.file is None:
        raise FormError(400, "Choose a file before you attach it.")
    attachment = attachments.keep(services.state, form.file.name, form.file.content, PERSON)
    value: JSON = {
        "rel": "AttachedFile",
        "url": attachments.api_url(url, item.project, attachment, form.file.name),
        "attributes": {"name": form.file.name, "resourceSize": len(form.file.content)},
    }
    _patch(services, url, item, [{"op": "add", "path": "/relations/-", "value": value}])


EDITS: Mapping[str, Edit] = {
    "add-tag": _add_tag,
    "remove-tag": _remove_tag,
    "edit": _edit_texts,
    "comment": _comment,
    "attach": _attach,
}


def _patch(services: Services, url: str, item: WorkItem, operations: list[JSON]) -> None:
    """Save and announce the revision that *operations* create, unless they change nothing."""
    draft = changing.next_draft(services.state, item, operations, PERSON)
    if changing.differs(item, draft):
        changing.announce(services, url, changing.record(services.state, item.project, draft, item, PERSON))


def _title(form: Form) -> str:
    title = form.line("title")
    if not title:
        raise FormError(400, "Title must not be empty.")
    return title


def _add(field: str, value: str) -> JSON:
    return {"op": "add", "path": f"/fields/{field}", "value": value}
