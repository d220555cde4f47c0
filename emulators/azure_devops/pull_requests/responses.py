"""Answers about pull requests: creating, finding, changing, completing.

https://learn.microsoft.com/rest/api/azure/devops/git/pull-requests
"""

from aiohttp import web

from emulators.azure_devops.core import errors
from emulators.azure_devops.core.calls import Call
from emulators.azure_devops.core.state import JSON, Repository, now
from emulators.azure_devops.git.responses import commit_body, log, repository_of
from emulators.azure_devops.policy import models as policies
from emulators.azure_devops.pull_requests import events
from emulators.azure_devops.pull_requests import models as pull_requests
from emulators.azure_devops.pull_requests.responses_work_items import link, number_of, work_item_refs
from emulators.azure_devops.pull_requests.shapes import show_pull_request
from emulators.azure_devops.storage import git_commands as git
from emulators.azure_devops.work_items.events import work_item_events

CRITERIA = {
    "sourceRefName": "source",
    "targetRefName": "target",
    "creatorId": "by",
    "repositoryId": "repository",
}
CHANGEABLE = {
    "title", "description", "status", "isDraft", "targetRefName", "completionOptions", "autoCompleteSetBy",
    "lastMergeSourceCommit", "mergeOptions",
}  # fmt: skip


async def create_pull_request(call: Call) -> web.Response:
    """POST git/repositories/{id}/pullrequests -> 201 with `mergeStatus: queued`.

    Raises 400, 403 or 409 as the service does, and 501 for a part of the body that is not covered.
    """
    repository, body = repository_of(call), await call.body()
    pull_requests.require_contribute(call.state, repository, call.caller)
    wanted = [number_of(reference) for reference in body.get("workItemRefs") or []]
    with call.state.store.transaction():
        pull_request = pull_requests.create(call.state, repository, body, call.caller)
    changes = [link(call, pull_request, number) for number in wanted if call.state.switches().link_work_items]
    words = "created a new pull request"
    kind = "git.pullrequest.created"
    event = events.pull_request_event(call.state, call.url, pull_request, call.caller, kind=kind, words=words)
    call.services.hooks.publish(event)
    for change in filter(None, changes):
        for about in work_item_events(call.state, call.url, change):
            call.services.hooks.publish(about)
    call.services.merging.schedule(pull_request["id"], call.url)
    return call.reply(show_pull_request(call.state, call.url, pull_request), 201)


async def get_pull_request(call: Call) -> web.Response:
    """GET git/[repositories/{id}/]pullrequests/{number}?includeWorkItemRefs=&includeCommits=."""
    pull_request = _found(call)
    body = show_pull_request(call.state, call.url, pull_request)
    if call.flag("includeWorkItemRefs"):
        body["workItemRefs"] = work_item_refs(call, pull_request)
    if call.flag("includeCommits"):
        body["commits"] = await commits_of(call, pull_request, 100)
    return call.reply(body)


def _found(call: Call) -> JSON:
    repository = repository_of(call) if "repositoryId" in call.arguments else None
    pull_request = pull_requests.find(call.state, call.argument("pullRequestId"), repository)
    if repository is None:
        call.arguments["repositoryId"] = pull_request["repository"]
        repository_of(call)
    return pull_request


async def list_pull_requests(call: Call) -> web.Response:
    """GET git/[repositories/{id}/]pullrequests?searchCriteria...=&$top=&$skip=, newest first."""
    if "repositoryId" in call.arguments:
        repositories = [repository_of(call)]
    else:
        projects = [call.project] if call.project else call.state.projects(call.organization)
        repositories = list(call.state.repositories_of(projects))
    found = [p for p in pull_requests.listed(call.state, repositories) if _matches(call, p)]
    skip, top = call.number("$skip", 0), call.number("$top", 101)
    shown = [show_pull_request(call.state, call.url, p, in_list=True) for p in found[skip : skip + top]]
    return call.collection(shown)


def _matches(call: Call, pull_request: JSON) -> bool:
    status = call.query("searchCriteria.status", "active").replace("notSet", "active")
    if status not in ("all", pull_request["status"]):
        return False
    for name, key in CRITERIA.items():
        wanted = call.query(f"searchCriteria.{name}")
        if wanted and wanted.lower() != str(pull_request[key]).lower():
            return False
    reviewer = call.query("searchCriteria.reviewerId").lower()
    return not reviewer or reviewer in {given["id"] for given in pull_request["reviewers"]}


async def update_pull_request(call: Call) -> web.Response:
    """PATCH git/repositories/{id}/pullrequests/{number}: texts, draft, target, status, completion.

    Raises 400 for a wrong body, 403 when the caller or the state does not allow it, 409 for conflicts.
    """
    repository, body = repository_of(call), await call.body()
    pull_requests.require_contribute(call.state, repository, call.caller)
    pull_request = pull_requests.find(call.state, call.argument("pullRequestId"), repository)
    unknown = set(body) - CHANGEABLE
    if unknown or not body:
        names = ", ".join(sorted(unknown))
        raise errors.invalid_value(
            f"Invalid argument value.\r\nParameter name: The properties {names} cannot be updated."
        )
    if pull_request["status"] == "completed":
        message = "TF401181: The pull request cannot be edited due to its state."
        raise errors.VssError(403, message, "GitPullRequestNotEditableException", errors.GIT)
    status = _requested_status(body)
    pull_request = pull_requests.save(call.state, {**pull_request, **_changes(call, body)})
    if status == "completed":
        return await _complete(call, repository, pull_request, body)
    if status and status != pull_request["status"]:
        pull_request = _set_status(call, repository, pull_request, status)
    if status != "abandoned":
        call.services.merging.schedule(pull_request["id"], call.url)
    _publish(
        call, pull_request, f"marked the pull request as {status}" if status else "updated the pull request"
    )
    return call.reply(show_pull_request(call.state, call.url, pull_request))


def _requested_status(body: JSON) -> str:
    """Return the name of the requested status, given by name or number; raises 400 for any other value."""
    given = str(body.get("status") or "").lower()
    status = {str(number): name for name, number in pull_requests.STATUSES.items()}.get(given, given)
    if status not in ("", "active", "abandoned", "completed"):
        raise errors.invalid_value("Invalid argument value.\r\nParameter name: status")
    return status


def _changes(call: Call, body: JSON) -> JSON:
    pull_requests.check_texts(body, required=False)
    changes: JSON = {key: body[key] or "" for key in ("title", "description") if key in body}
    if "isDraft" in body:
        changes["draft"] = bool(body["isDraft"])
    if "completionOptions" in body:
        changes["completionOptions"] = pull_requests.options_of(body["completionOptions"])
    if "autoCompleteSetBy" in body:
        wanted = str((body["autoCompleteSetBy"] or {}).get("id") or "")
        cleared = not wanted.strip("0-")
        changes["autoCompleteSetBy"] = (
            None if cleared else pull_requests.reviewer(call.state, {"id": wanted})["id"]
        )
    if "targetRefName" in body:
        if not git.is_ref(body["targetRefName"]):
            raise pull_requests.branch_gone()
        changes |= {"target": body["targetRefName"], "mergeStatus": "queued"}
    return changes


async def _complete(call: Call, repository: Repository, pull_request: JSON, body: JSON) -> web.Response:
    if pull_request["draft"]:
        message = "TF401398: A draft pull request cannot be completed."
        raise errors.VssError(400, message, "GitPullRequestDraftCannotBeCompletedException", errors.GIT)
    seen = (body.get("lastMergeSourceCommit") or {}).get("commitId")
    if seen != pull_request["lastSource"]:
        message = "TF401192: The source branch has been modified since the last merge attempt."
        raise errors.conflict(message, "GitPullRequestStaleException", errors.GIT)
    lacking = policies.lacking(call.state, repository, pull_request)
    if lacking:
        message = (
            f"TF402368: The pull request does not satisfy all required branch policies: {', '.join(lacking)}."
        )
        raise errors.conflict(message, "GitPullRequestUpdateRejectedByPolicyException", errors.GIT)
    done = await call.services.merging.complete(pull_request, call.caller.id, call.url)
    return call.reply(show_pull_request(call.state, call.url, done))


def _set_status(call: Call, repository: Repository, pull_request: JSON, status: str) -> JSON:
    if status == "abandoned":
        end: JSON = {"closed": now(), "closedBy": call.caller.id, "autoCompleteSetBy": None}
        return pull_requests.save(call.state, {**pull_request, "status": status, **end})
    for other in pull_requests.listed(call.state, [repository]):
        same = (other["source"], other["target"]) == (pull_request["source"], pull_request["target"])
        if same and other["status"] == "active":
            raise pull_requests.already_active()
    begin = {"closed": None, "closedBy": None, "mergeStatus": "queued"}
    return pull_requests.save(call.state, {**pull_request, "status": status, **begin})


def _publish(call: Call, pull_request: JSON, words: str) -> None:
    kind, about = "git.pullrequest.updated", "StatusUpdateNotification"
    event = events.pull_request_event(
        call.state, call.url, pull_request, call.caller, kind=kind, words=words, notification=about
    )
    call.services.hooks.publish(event)


async def list_commits(call: Call) -> web.Response:
    """GET git/repositories/{id}/pullrequests/{number}/commits, newest first."""
    return call.collection(await commits_of(call, _found(call), call.number("$top", 100)))


async def commits_of(call: Call, pull_request: JSON, top: int) -> list[JSON]:
    """Return the commits of a pull request."""
    repository = pull_requests.repository_of(call.state, pull_request)
    base = (
        pull_request["iterations"][-1]["target"]
        if pull_request["status"] == "completed"
        else pull_request["lastTarget"]
    )
    names = await log(call, repository, [pull_request["lastSource"], f"^{base}"], top)
    return [await commit_body(call, repository, name) for name in names]
