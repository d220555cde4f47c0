"""What happened, as the events of service hooks.

https://learn.microsoft.com/azure/devops/service-hooks/events
"""

from collections.abc import Callable
from html import escape

from emulators.azure_devops import work_item_shapes as shapes
from emulators.azure_devops.pull_request_shapes import (
    page_url,
    pull_request_url,
    show_comment,
    show_pull_request,
)
from emulators.azure_devops.pull_requests import repository_of
from emulators.azure_devops.services import Event
from emulators.azure_devops.state import JSON, Identity, State
from emulators.azure_devops.work_items import Change


def work_item_events(state: State, url: str, change: Change) -> list[Event]:
    """Return the events of a new revision: created, or updated; and commented when it has a comment."""
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
    """Whether the filters of a subscription let a work item event through."""
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


def pull_request_event(
    state: State,
    url: str,
    pull_request: JSON,
    who: Identity,
    *,
    kind: str,
    words: str,
    notification: str = "",
) -> Event:
    """Return `git.pullrequest.created|updated|merged`; *notification* is the kind of update."""
    text = f"{who.display_name} {words}"
    detail = f"{text}\r\n\r\n- Merge status: {str(pull_request['mergeStatus']).capitalize()}\r\n"
    return Event(
        type=kind,
        project=state.project_of(pull_request["project"]),
        url=url,
        text=text,
        html=escape(text),
        markdown=text,
        details=(detail, escape(detail), detail),
        resource=lambda _: _pull_request_resource(state, url, pull_request),
        accepts=lambda inputs: _wanted_pull_request(inputs, pull_request, notification),
    )


def _pull_request_resource(state: State, url: str, pull_request: JSON) -> JSON:
    body = show_pull_request(state, url, pull_request)
    body["commits"] = [body["lastMergeSourceCommit"]]
    body["_links"] = {
        "web": {"href": page_url(state, url, pull_request)},
        "statuses": {"href": f"{body['url']}/statuses"},
    }
    return body


def comment_event(
    state: State, url: str, pull_request: JSON, *, thread: JSON, comment: JSON, who: Identity, edited: bool
) -> Event:
    """Return `ms.vss-code.git-pullrequest-comment-event`; only version 2 has the pull request in it."""
    page = f"{page_url(state, url, pull_request)}?discussionId={thread['id']}"
    verb = "edited" if edited else "commented on"
    object_name = "a pull request comment" if edited else "a pull request"
    text = f"{who.display_name} has {verb} {object_name}"
    html = f'{escape(who.display_name)} has <a href="{escape(page)}">{verb}</a> {object_name}'
    markdown = f"{who.display_name} has [{verb}]({page}) {object_name}"
    content = comment["content"]
    return Event(
        type="ms.vss-code.git-pullrequest-comment-event",
        project=state.project_of(pull_request["project"]),
        url=url,
        text=text,
        html=html,
        markdown=markdown,
        details=(
            f"{text}\r\n{content}\r\n",
            f"{html}<p>{escape(content)}</p>",
            f"{markdown}\r\n{content}\r\n",
        ),
        resource=lambda version: _comment_resource(version, state, url, pull_request, (thread, comment)),
        accepts=lambda inputs: _wanted_pull_request(inputs, pull_request, ""),
    )


def _comment_resource(
    version: str, state: State, url: str, pull_request: JSON, place: tuple[JSON, JSON]
) -> JSON:
    """Return the resource in *version* of the event; *place* is the thread and the comment in it."""
    repository, (thread, comment) = repository_of(state, pull_request), place
    api = pull_request_url(url, repository, pull_request["id"])
    shown = show_comment(state, url, f"{api}/threads/{thread['id']}", comment)
    shown["_links"]["repository"] = {"href": api.partition("/pullRequests/")[0]}
    if version.startswith("1."):
        return shown
    return {"comment": shown, "pullRequest": show_pull_request(state, url, pull_request)}


def _wanted_pull_request(inputs: JSON, pull_request: JSON, notification: str) -> bool:
    repository, branch = str(inputs.get("repository", "")).lower(), str(inputs.get("branch", ""))
    if repository and repository != pull_request["repository"]:
        return False
    if branch and branch.removeprefix("refs/heads/") != pull_request["target"].removeprefix("refs/heads/"):
        return False
    creator = str(inputs.get("pullrequestCreatedBy", "")).lower()
    reviewer = str(inputs.get("pullrequestReviewersContains", "")).lower()
    if creator and creator != pull_request["by"]:
        return False
    if reviewer and reviewer not in {given["id"] for given in pull_request["reviewers"]}:
        return False
    wanted = str(inputs.get("notificationType", ""))
    return not wanted or wanted == notification
