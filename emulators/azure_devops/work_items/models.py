"""Work items and their revisions: creating, changing and finding them.

A revision is stored whole: `{rev, date, by, fields, relations, formats}`. Identity fields are stored as
`{"identity": id}` and expanded when they are shown.
https://learn.microsoft.com/rest/api/azure/devops/wit/revisions
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from emulators.azure_devops.core import errors
from emulators.azure_devops.core.state import JSON, Identity, Project, State, now
from emulators.azure_devops.organization import permissions
from emulators.azure_devops.work_items.processes import WorkItemType, type_of

FOREVER = "9999-01-01T00:00:00Z"
# shown only by `$expand=all`; clients cannot set them
HIDDEN = (
    "System.Id",
    "System.AreaId",
    "System.NodeName",
    "System.AreaLevel1",
    "System.Rev",
    "System.AuthorizedDate",
    "System.RevisedDate",
    "System.IterationId",
    "System.IterationLevel1",
    "System.AuthorizedAs",
    "System.PersonId",
    "System.Watermark",
)


@dataclass(frozen=True, slots=True)
class WorkItem:
    """A work item: number, project and newest revision."""

    id: int
    project: Project
    revision: JSON

    @property
    def fields(self) -> JSON:
        """The fields of the newest revision."""
        fields: JSON = self.revision["fields"]
        return fields

    @property
    def relations(self) -> list[JSON]:
        """The links and attachments of the newest revision."""
        relations: list[JSON] = self.revision["relations"]
        return relations

    @property
    def kind(self) -> WorkItemType:
        """Its type; raises LookupError when the process has no such type."""
        found = type_of(self.project.process, self.fields["System.WorkItemType"])
        if found is None:
            raise LookupError(self.fields["System.WorkItemType"])
        return found

    @property
    def tags(self) -> list[str]:
        """Its tags."""
        return split_tags(self.fields.get("System.Tags", ""))


@dataclass(frozen=True, slots=True)
class Change:
    """A revision and the one before it; `before` is None for a new work item."""

    item: WorkItem
    before: JSON | None
    by: Identity
    comment: JSON | None = None

    @property
    def created(self) -> bool:
        """Whether the revision created the work item."""
        return self.before is None


Listener = Callable[[Change], None]


def split_tags(text: str) -> list[str]:
    """Return the tags that *text* lists, separated by `;` or `,`."""
    return [tag.strip() for tag in text.replace(",", ";").split(";") if tag.strip()]


def join_tags(tags: list[str]) -> str:
    """Return *tags* as one string, each once (in any case), sorted."""
    once: dict[str, str] = {}
    for tag in tags:
        once.setdefault(tag.lower(), tag)
    return "; ".join(sorted(once.values(), key=str.lower))


def find(state: State, number: int, caller: Identity | None, project: Project | None = None) -> WorkItem:
    """Return a work item that *caller* (None: any caller) may read; raises 404 TF401232."""
    head = state.store.get("work_item", number)
    if head is None or (project is not None and head["project"] != project.id):
        raise errors.work_item_missing(number)
    item = _whole(state, head)
    if caller is not None and not permissions.may_work(state, caller, item.project, "WORK_ITEM_READ"):
        raise errors.work_item_missing(number)
    return item


def everything(state: State, projects: list[Project]) -> list[WorkItem]:
    """Return the work items of *projects*, oldest first."""
    wanted = {project.id for project in projects}
    return [_whole(state, head) for head in state.store.all("work_item") if head["project"] in wanted]


def revisions(state: State, number: int) -> list[JSON]:
    """Return the revisions of a work item, oldest first."""
    return state.store.all("revision", parent=number)


def require_write(state: State, caller: Identity, project: Project) -> None:
    """Raise 403 unless *caller* may edit work items of *project*."""
    if not permissions.may_work(state, caller, project, "WORK_ITEM_WRITE"):
        message = (
            f"TF401349: An unexpected error has occurred, please verify your request and try again. "
            f"TF237111: The current user does not have permissions to save work items under the specified "
            f"area path. ({caller.display_name})"
        )
        raise errors.VssError(
            403, message, "WorkItemUnauthorizedAccessException", errors.WORK_ITEMS, event=3200
        )


def begin(state: State, project: Project, kind: WorkItemType, caller: Identity) -> JSON:
    """Return a draft of a new work item's first revision, with default values."""
    number, date = state.store.next("work_item"), now()
    state_name = kind.states[0][0]
    fields = {
        **_hidden(state, project, number, 1, date=date, caller=caller),
        "System.AreaPath": project.name,
        "System.TeamProject": project.name,
        "System.IterationPath": project.name,
        "System.WorkItemType": kind.name,
        "System.State": state_name,
        "System.Reason": "New defect reported" if kind.name == "Bug" else state_name,
        "System.CreatedDate": date,
        "System.CreatedBy": {"identity": caller.id},
        "System.ChangedDate": date,
        "System.ChangedBy": {"identity": caller.id},
        "System.CommentCount": 0,
        "Microsoft.VSTS.Common.StateChangeDate": date,
        "Microsoft.VSTS.Common.Priority": 2,
    }
    if kind.name == "Bug":
        fields |= {
            "Microsoft.VSTS.Common.Severity": "3 - Medium",
            "Microsoft.VSTS.Common.ValueArea": "Business",
        }
    return {"rev": 1, "date": date, "by": caller.id, "fields": fields, "relations": [], "formats": {}}


def next_draft(state: State, item: WorkItem, caller: Identity) -> JSON:
    """Return a draft of the next revision, still without changes."""
    old, date = item.revision, now()
    rev = old["rev"] + 1
    fields = {
        **item.fields,
        **_hidden(state, item.project, item.id, rev, date=date, caller=caller),
        "System.ChangedDate": date,
        "System.ChangedBy": {"identity": caller.id},
    }
    fields.pop("System.History", None)
    draft = {"rev": rev, "date": date, "by": caller.id, "fields": fields}
    return {**draft, "relations": [dict(r) for r in item.relations], "formats": dict(old["formats"])}


def save(state: State, project: Project, draft: JSON) -> WorkItem:
    """Save a revision and index the links to pull requests that it adds or removes."""
    number = int(draft["fields"]["System.Id"])
    with state.store.transaction():
        before = state.store.get("revision", draft["rev"] - 1, parent=number)
        state.store.put("work_item", number, {"id": number, "project": project.id, "rev": draft["rev"]})
        state.store.put("revision", draft["rev"], draft, parent=number)
        _index(state, number, before, draft)
    return WorkItem(number, project, draft)


def linked_items(state: State, pull_request: int) -> list[int]:
    """Return the numbers of the work items that are linked to a pull request."""
    return [row["id"] for row in state.store.all("pull_request_link", parent=pull_request)]


def pull_request_of(url: str) -> int | None:
    """Return the pull request that an artifact link points to, or None when it points elsewhere."""
    prefix = "vstfs:///git/pullrequestid/"
    if not url.lower().startswith(prefix):
        return None
    number = url.lower().replace("%2f", "/").rpartition("/")[2]
    return int(number) if number.isascii() and number.isdigit() else None


def _index(state: State, number: int, before: JSON | None, after: JSON) -> None:
    old = _linked(before["relations"] if before else [])
    new = _linked(after["relations"])
    for pull_request in new - old:
        state.store.put("pull_request_link", number, {"id": number}, parent=pull_request)
    for pull_request in old - new:
        state.store.remove("pull_request_link", number, parent=pull_request)


def _linked(relations: list[JSON]) -> set[int]:
    found = (pull_request_of(r["url"]) for r in relations if r["rel"] == "ArtifactLink")
    return {number for number in found if number is not None}


def _hidden(
    state: State, project: Project, number: int, rev: int, *, date: str, caller: Identity
) -> dict[str, Any]:
    return {
        "System.Id": number,
        "System.AreaId": 1,
        "System.NodeName": project.name,
        "System.AreaLevel1": project.name,
        "System.Rev": rev,
        "System.AuthorizedDate": date,
        "System.RevisedDate": FOREVER,
        "System.IterationId": 1,
        "System.IterationLevel1": project.name,
        "System.AuthorizedAs": {"identity": caller.id},
        "System.PersonId": 1,
        "System.Watermark": state.store.next("watermark"),
    }


def _whole(state: State, head: JSON) -> WorkItem:
    revision = state.store.get("revision", head["rev"], parent=head["id"])
    if revision is None:
        raise LookupError(f"revision {head['rev']} of work item {head['id']} is gone")
    return WorkItem(head["id"], state.project_of(head["project"]), revision)
