"""Changes work items: a patch yields a draft, a draft is saved as a revision, a revision causes events.

The REST API and the pages both change work items through these functions.
https://learn.microsoft.com/rest/api/azure/devops/wit/work-items/create
https://learn.microsoft.com/rest/api/azure/devops/wit/work-items/update
"""

from typing import Any

from emulators.azure_devops.core.services import Services
from emulators.azure_devops.core.state import JSON, Identity, Project, State
from emulators.azure_devops.work_items import comments, events
from emulators.azure_devops.work_items import models as work_items
from emulators.azure_devops.work_items.models import Change, WorkItem
from emulators.azure_devops.work_items.patches import Rules, apply
from emulators.azure_devops.work_items.processes import WorkItemType

NOT_A_CHANGE = (*work_items.HIDDEN, "System.ChangedDate", "System.ChangedBy", "System.History")


def first_draft(
    state: State, project: Project, kind: WorkItemType, operations: Any, by: Identity, *, bypass: bool = False
) -> JSON:
    """Return the unsaved first revision of a new work item; raises `VssError` for a wrong patch."""
    draft = work_items.begin(state, project, kind, by)
    apply(draft, operations, Rules(state, kind, bypass), revision=1)
    return draft


def next_draft(state: State, item: WorkItem, operations: Any, by: Identity, *, bypass: bool = False) -> JSON:
    """Return the unsaved next revision of *item*; raises `VssError` for a wrong patch."""
    draft = work_items.next_draft(state, item, by)
    apply(draft, operations, Rules(state, item.kind, bypass), revision=item.revision["rev"])
    return draft


def differs(item: WorkItem, draft: JSON) -> bool:
    """Whether *draft* differs from *item*; a patch that changes nothing creates no revision."""
    old, new = (
        {name: value for name, value in fields.items() if name not in NOT_A_CHANGE}
        for fields in (item.fields, draft["fields"])
    )
    same = (
        old == new and item.relations == draft["relations"] and item.revision["formats"] == draft["formats"]
    )
    return not same or "System.History" in draft["fields"]


def record(state: State, project: Project, draft: JSON, before: WorkItem | None, by: Identity) -> Change:
    """Save *draft* as a revision; a value of `System.History` is also saved as a comment."""
    with state.store.transaction():
        history, comment = draft["fields"].get("System.History"), None
        if history:
            comment = comments.record(state, draft["fields"]["System.Id"], str(history), by)
            draft["fields"]["System.CommentCount"] += 1
        item = work_items.save(state, project, draft)
    return Change(item, before.revision if before else None, by, comment)


def announce(services: Services, url: str, change: Change) -> None:
    """Send the events of *change* to the service hooks; *url* is the address of the organisation."""
    for event in events.work_item_events(services.state, url, change):
        services.hooks.publish(event)
