"""The JSON of work items, revisions, updates and comments.

https://learn.microsoft.com/rest/api/azure/devops/wit/work-items/get-work-item
"""

from typing import Any
from urllib.parse import quote

from emulators.azure_devops.core.identity_refs import identity_ref, reviser
from emulators.azure_devops.core.state import JSON, Identity, Project, State
from emulators.azure_devops.work_items.models import FOREVER, HIDDEN, WorkItem

UNKNOWN_IDENTITY = Identity("00000000-0000-0000-0000-000000000000", "", "")


def web_url(url: str, project: Project, number: int) -> str:
    """Return the address of a work item's page."""
    return f"{url}/{quote(project.name)}/_workitems/edit/{number}"


def api_url(url: str, project: Project, number: int) -> str:
    """Return the address of a work item in the REST API."""
    return f"{url}/{project.id}/_apis/wit/workItems/{number}"


def show_fields(state: State, url: str, fields: JSON, *, everything: bool, as_text: bool = False) -> JSON:
    """Return *fields* with identities expanded (or as `Name <address>`), hidden ones only if requested."""
    return {
        name: show_value(state, url, value, as_text=as_text)
        for name, value in fields.items()
        if everything or name not in HIDDEN
    }


def show_value(state: State, url: str, value: Any, *, as_text: bool = False) -> Any:
    """Return the value of one field as clients see it."""
    if not (isinstance(value, dict) and set(value) == {"identity"}):
        return value
    identity = state.identity(value["identity"]) or UNKNOWN_IDENTITY
    return identity.signature if as_text else identity_ref(url, identity)


def item_links(url: str, project: Project, number: int, kind: str) -> JSON:
    """Return the `_links` of a work item."""
    base = api_url(url, project, number)
    return {
        "self": {"href": base},
        "workItemUpdates": {"href": f"{base}/updates"},
        "workItemRevisions": {"href": f"{base}/revisions"},
        "workItemComments": {"href": f"{base}/comments"},
        "html": {"href": web_url(url, project, number)},
        "workItemType": {"href": f"{url}/{project.id}/_apis/wit/workItemTypes/{quote(kind)}"},
        "fields": {"href": f"{url}/{project.id}/_apis/wit/fields"},
    }


def show_item(
    state: State,
    url: str,
    item: WorkItem,
    *,
    expand: str = "none",
    wanted: tuple[str, ...] = (),
    links: bool = True,
    formats: bool = False,
) -> JSON:
    """Return a work item; *wanted* limits the fields, *expand* is `none|relations|fields|links|all`."""
    expand = expand.lower()
    fields = show_fields(state, url, item.fields, everything=expand in ("all", "fields") or bool(wanted))
    if wanted:
        chosen = {name.lower() for name in wanted}
        fields = {name: value for name, value in fields.items() if name.lower() in chosen}
    body: JSON = {"id": item.id, "rev": item.revision["rev"], "fields": fields}
    if expand in ("all", "relations") and item.relations:
        body["relations"] = item.relations
    if formats:
        body["multilineFieldsFormat"] = multiline_formats(item)
    if links or expand in ("all", "links"):
        body["_links"] = item_links(url, item.project, item.id, item.fields["System.WorkItemType"])
    body["url"] = api_url(url, item.project, item.id)
    return body


def multiline_formats(item: WorkItem) -> JSON:
    """Return the format of each text field that has a value: `html` unless it was set to `markdown`."""
    names = (
        "System.Description",
        "Microsoft.VSTS.Common.AcceptanceCriteria",
        "Microsoft.VSTS.TCM.SystemInfo",
        item.kind.text_field,
    )
    formats: JSON = item.revision["formats"]
    return {name: formats.get(name, "html") for name in dict.fromkeys(names) if name in item.fields}


def show_revision(state: State, url: str, item: WorkItem, revision: JSON) -> JSON:
    """Return the work item as of a revision."""
    past = WorkItem(item.id, item.project, revision)
    body = show_item(state, url, past, expand="all", links=False)
    base = api_url(url, item.project, item.id)
    body["_links"] = {
        "self": {"href": f"{base}/revisions/{revision['rev']}"},
        "workItemRevisions": {"href": f"{base}/revisions"},
        "parent": {"href": base},
    }
    body["url"] = f"{base}/revisions/{revision['rev']}"
    return body


def show_update(
    state: State,
    url: str,
    item: WorkItem,
    before: JSON | None,
    after: JSON,
    *,
    newest: bool,
    as_text: bool = False,
) -> JSON:
    """Return the changes of a revision: `{oldValue, newValue}` by field, relations added and removed."""
    identity, relations = state.identity(after["by"]) or UNKNOWN_IDENTITY, _relation_changes(before, after)
    return {
        "id": after["rev"],
        "workItemId": item.id,
        "rev": after["rev"],
        "revisedBy": reviser(url, identity),
        "revisedDate": FOREVER if newest else after.get("until", FOREVER),
        "fields": _changes(state, url, before, after, as_text=as_text),
        **({"relations": relations} if relations else {}),
        **_update_links(url, item, after["rev"]),
    }


def _update_links(url: str, item: WorkItem, number: int) -> JSON:
    base = api_url(url, item.project, item.id)
    links = {
        "self": {"href": f"{base}/updates/{number}"},
        "workItemUpdates": {"href": f"{base}/updates"},
        "parent": {"href": base},
        "html": {"href": web_url(url, item.project, item.id)},
    }
    return {"_links": links, "url": f"{base}/updates/{number}"}


def _changes(state: State, url: str, before: JSON | None, after: JSON, *, as_text: bool) -> JSON:
    old: JSON = {} if before is None else before["fields"]
    new: JSON = after["fields"]
    changes: JSON = {}
    for name in dict.fromkeys((*new, *old)):
        if name == "System.RevisedDate" and before is not None:
            changes[name] = {"oldValue": after["date"], "newValue": FOREVER}
            continue
        if old.get(name) == new.get(name):
            continue
        change: JSON = {}
        if name in old:
            change["oldValue"] = show_value(state, url, old[name], as_text=as_text)
        if name in new:
            change["newValue"] = show_value(state, url, new[name], as_text=as_text)
        elif name == "System.Tags":
            change["newValue"] = ""
        changes[name] = change
    return changes


def _relation_changes(before: JSON | None, after: JSON) -> JSON:
    old = [] if before is None else before["relations"]
    added = [r for r in after["relations"] if r not in old]
    removed = [r for r in old if r not in after["relations"]]
    return {name: value for name, value in (("added", added), ("removed", removed)) if value}


def show_comment(state: State, url: str, item: WorkItem, comment: JSON) -> JSON:
    """Return a comment of a work item."""
    made = state.identity(comment["by"]) or UNKNOWN_IDENTITY
    changed = state.identity(comment["modifiedBy"]) or UNKNOWN_IDENTITY
    return {
        "workItemId": item.id,
        "id": comment["id"],
        "commentId": comment["id"],
        "version": comment["version"],
        "text": comment["text"],
        "createdBy": identity_ref(url, made),
        "createdDate": comment["date"],
        "modifiedBy": identity_ref(url, changed),
        "modifiedDate": comment["modifiedDate"],
        "isDeleted": comment["deleted"],
        "format": comment["format"],
        "url": f"{api_url(url, item.project, item.id)}/comments/{comment['id']}",
    }
