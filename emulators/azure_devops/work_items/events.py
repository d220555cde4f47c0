"""Changes of a work item as events of service hooks: created, updated, commented.

https://learn.microsoft.com/azure/devops/service-hooks/events
"""

from collections.abc import Callable
from html import escape

from emulators.azure_devops.core.services import Event
from emulators.azure_devops.core.state import JSON, State
from emulators.azure_devops.work_items import shapes
from emulators.azure_devops.work_items.models import Change


def work_item_events(state: State, url: str, change: Change) -> list[Event]:
    """Return the events of a new revision: created or updated, and commented if it has a comment."""
    events = [_created(state, url, change) if change.created else _updated(state, url, change)]
    if change.comment is not None:
        events.append(_commented(state, url, change))
    return events


def _created(state: State, url: str, change: Change) -> Event:
    item = change.item

    def resource(version: str) -> JSON:
        return _flat(state, url, change, version)

    facts = (
        f"- Area: {item.fields['System.AreaPath']}\r\n- Iteration: {item.fields['System.IterationPath']}\r\n"
    )
    detail = facts + f"- State: {item.fields['System.State']}"
    return _event(url, change, kind="workitem.created", verb="created", detail=detail, resource=resource)


def _updated(state: State, url: str, change: Change) -> Event:
    item, before = change.item, change.before
    old_state = (before or {"fields": {}})["fields"].get("System.State")
    moved = item.fields["System.State"] != old_state
    verb = f"transitioned to {item.fields['System.State']}" if moved else "updated"
    detail = f"- New State: {item.fields['System.State']}" if moved else ""

    def resource(version: str) -> JSON:
        text = version.startswith("1.")
        body = shapes.show_update(state, url, item, before, item.revision, newest=True, as_text=text)
        body["revision"] = shapes.show_revision(state, url, item, item.revision)
        body["revision"]["fields"] = shapes.show_fields(
            state, url, item.fields, everything=False, as_text=text
        )
        return body

    return _event(url, change, kind="workitem.updated", verb=verb, detail=detail, resource=resource)


def _commented(state: State, url: str, change: Change) -> Event:
    comment = change.comment or {}

    def resource(version: str) -> JSON:
        body = _flat(state, url, change, version)
        reference = f"{body['url']}/comments/{comment['id']}/versions/{comment['version']}"
        body["fields"]["System.History"] = comment["text"]
        body["commentVersionRef"] = {
            "commentId": comment["id"],
            "version": comment["version"],
            "url": reference,
        }
        return body

    detail, verb = comment.get("text", ""), "commented on"
    return _event(url, change, kind="workitem.commented", verb=verb, detail=detail, resource=resource)


def _flat(state: State, url: str, change: Change, version: str) -> JSON:
    item = change.item
    body = shapes.show_item(state, url, item, expand="relations")
    fields = shapes.show_fields(state, url, item.fields, everything=False, as_text=version.startswith("1."))
    fields.pop("System.History", None)
    return {**body, "fields": fields}


def _event(
    url: str, change: Change, *, kind: str, verb: str, detail: str, resource: Callable[[str], JSON]
) -> Event:
    item = change.item
    page = shapes.web_url(url, item.project, item.id)
    name, title, who = item.fields["System.WorkItemType"], item.fields["System.Title"], change.by.display_name
    tail = f"({title}) {verb} by {who}"
    text = f"{name} #{item.id} {tail}\r\n({page})"
    html = f'<a href="{escape(page)}">{escape(name)} #{item.id}</a> {escape(tail)}'
    markdown = f"[{name} #{item.id}]({page}) {tail}"
    return Event(
        type=kind,
        project=item.project,
        url=url,
        text=text,
        html=html,
        markdown=markdown,
        details=(f"{text}\r\n\r\n{detail}\r\n", html, markdown),
        resource=resource,
        accepts=lambda inputs: _wanted_item(inputs, change),
    )


def _wanted_item(inputs: JSON, change: Change) -> bool:
    """Whether a work item event matches the filters of a subscription."""
    item = change.item
    area, kind, tag = (str(inputs.get(name, "")) for name in ("areaPath", "workItemType", "tag"))
    path = str(item.fields["System.AreaPath"]).lower()
    if area and not (path == area.lower() or path.startswith(area.lower() + "\\")):
        return False
    if kind and kind.lower() != str(item.fields["System.WorkItemType"]).lower():
        return False
    if tag and tag.lower() not in {known.lower() for known in item.tags}:
        return False
    pattern = str(inputs.get("commentPattern", ""))
    if pattern and change.comment is not None and pattern.lower() not in change.comment["text"].lower():
        return False
    return _changed(str(inputs.get("changedFields", "")), change)


def _changed(field: str, change: Change) -> bool:
    if not field or change.before is None:
        return True
    if field == "linksChanged":
        return bool(change.before["relations"] != change.item.relations)
    return bool(change.before["fields"].get(field) != change.item.fields.get(field))
