"""Changes of a pull request as events of service hooks: created, updated, merged, commented.

https://learn.microsoft.com/azure/devops/service-hooks/events
"""

from html import escape

from emulators.azure_devops.core.services import Event
from emulators.azure_devops.core.state import JSON, Identity, State
from emulators.azure_devops.pull_requests.models import repository_of
from emulators.azure_devops.pull_requests.shapes import (
    page_url,
    pull_request_url,
    show_comment,
    show_pull_request,
)


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
    """Return `ms.vss-code.git-pullrequest-comment-event`; only version 2 contains the pull request."""
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
    """Return the resource in *version* of the event; *place* holds the thread and the comment."""
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
