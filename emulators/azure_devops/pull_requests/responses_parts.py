"""Answers about the parts of pull requests: labels, reviewers, statuses, iterations.

https://learn.microsoft.com/rest/api/azure/devops/git/pull-request-statuses
"""

from typing import Any

from aiohttp import web

from emulators.azure_devops.core import errors
from emulators.azure_devops.core.calls import Call
from emulators.azure_devops.core.repository_shapes import commit_ref
from emulators.azure_devops.core.state import JSON, Repository, now
from emulators.azure_devops.git.responses import commit_body, log, repository_of
from emulators.azure_devops.pull_requests import events
from emulators.azure_devops.pull_requests import models as pull_requests
from emulators.azure_devops.pull_requests.shapes import (
    person,
    pull_request_url,
    show_label,
    show_reviewer,
    show_status,
)
from emulators.azure_devops.storage import git_commands as git

STATES = ("notSet", "pending", "succeeded", "failed", "error", "notApplicable")
CHANGES = {"A": "add", "M": "edit", "D": "delete", "T": "edit"}


def pull_request_of(call: Call, *, write: bool = False) -> tuple[Repository, JSON, str]:
    """Return repository, pull request and its address; raises 403 if *write* is true and not permitted."""
    repository = repository_of(call)
    if write:
        pull_requests.require_contribute(call.state, repository, call.caller)
    pull_request = pull_requests.find(call.state, call.argument("pullRequestId"), repository)
    return repository, pull_request, pull_request_url(call.url, repository, pull_request["id"])


# -- labels and reviewers ----------------------------------------------------------------------------------


async def list_labels(call: Call) -> web.Response:
    """GET .../labels."""
    _, pull_request, api = pull_request_of(call)
    return call.collection([show_label(api, label) for label in pull_request["labels"]])


async def get_label(call: Call) -> web.Response:
    """GET .../labels/{id or name}; raises 404 when there is none."""
    _, pull_request, api = pull_request_of(call)
    for label in pull_request["labels"]:
        if _is_label(call, label):
            return call.reply(show_label(api, label))
    raise errors.missing("TF401499: The label was not found.", "LabelNotFoundException", errors.GIT)


def _is_label(call: Call, label: JSON) -> bool:
    return call.arguments["labelIdOrName"].lower() in (label["id"], label["name"].lower())


async def add_label(call: Call) -> web.Response:
    """POST .../labels `{name}`; an existing one is returned."""
    _, pull_request, api = pull_request_of(call, write=True)
    label = pull_requests.label_of(str((await call.body()).get("name", "")))
    same = [known for known in pull_request["labels"] if known["name"].lower() == label["name"].lower()]
    if not same:
        pull_requests.save(call.state, {**pull_request, "labels": [*pull_request["labels"], label]})
    return call.reply(show_label(api, same[0] if same else label))


async def remove_label(call: Call) -> web.Response:
    """DELETE .../labels/{id or name}."""
    _, pull_request, _ = pull_request_of(call, write=True)
    left = [label for label in pull_request["labels"] if not _is_label(call, label)]
    pull_requests.save(call.state, {**pull_request, "labels": left})
    return call.reply(None)


async def list_reviewers(call: Call) -> web.Response:
    """GET .../reviewers."""
    _, pull_request, api = pull_request_of(call)
    return call.collection(
        [show_reviewer(call.state, call.url, api, given) for given in pull_request["reviewers"]]
    )


async def set_reviewer(call: Call) -> web.Response:
    """PUT .../reviewers/{id} `{vote, isRequired}`; raises 403 for a vote on behalf of another person."""
    _, pull_request, api = pull_request_of(call, write=True)
    reviewer = pull_requests.reviewer(call.state, {**await call.body(), "id": call.arguments["reviewerId"]})
    if reviewer["vote"] and reviewer["id"] != call.caller.id:
        raise errors.VssError(
            403, "TF401188: You can only vote for yourself.", "GitPullRequestVoteException", errors.GIT
        )
    others = [given for given in pull_request["reviewers"] if given["id"] != reviewer["id"]]
    changed = pull_requests.save(call.state, {**pull_request, "reviewers": [*others, reviewer]})
    kind = "ReviewerVoteNotification" if reviewer["vote"] else "ReviewersUpdateNotification"
    words, name = "updated the reviewers of the pull request", "git.pullrequest.updated"
    event = events.pull_request_event(
        call.state, call.url, changed, call.caller, kind=name, words=words, notification=kind
    )
    call.services.hooks.publish(event)
    call.services.merging.policies_changed(pull_request["id"], call.url)
    return call.reply(show_reviewer(call.state, call.url, api, reviewer))


def enum_value(value: Any, names: tuple[str, ...]) -> str:
    """Return the name of an enumeration's value, given by name or number; raises 400 for any other."""
    if value is None:
        return ""
    if isinstance(value, int) and 0 <= value < len(names):
        return names[value]
    for name in names:
        if str(value).lower() == name.lower():
            return name
    raise errors.invalid_value(
        f"Invalid argument value.\r\nParameter name: '{value}' is not one of {', '.join(names)}."
    )


# -- statuses and iterations -------------------------------------------------------------------------------


async def list_statuses(call: Call) -> web.Response:
    """GET .../statuses."""
    _, pull_request, api = pull_request_of(call)
    known = call.state.store.all("pull_request_status", parent=pull_request["id"])
    return call.collection([show_status(call.state, call.url, api, status) for status in known])


async def get_status(call: Call) -> web.Response:
    """GET .../statuses/{id}; raises 404 when there is none."""
    _, pull_request, api = pull_request_of(call)
    status = call.state.store.get("pull_request_status", call.argument("statusId"), parent=pull_request["id"])
    if status is None:
        raise errors.missing("TF401493: The status was not found.", "GitStatusNotFoundException", errors.GIT)
    return call.reply(show_status(call.state, call.url, api, status))


async def create_status(call: Call) -> web.Response:
    """POST .../statuses `{state, description, context: {name, genre}, targetUrl, iterationId}`.

    Raises 400 without a name, or for an unknown state.
    """
    _, pull_request, api = pull_request_of(call, write=True)
    body = await call.body()
    context = body.get("context") or {}
    if not str(context.get("name") or "").strip():
        raise errors.invalid_value("Invalid argument value.\r\nParameter name: context.name")
    number = len(call.state.store.all("pull_request_status", parent=pull_request["id"])) + 1
    status = {
        "id": number,
        "state": enum_value(body.get("state"), STATES) or "notSet",
        "description": body.get("description"),
        "context": {key: context[key] for key in ("name", "genre") if context.get(key)},
        "creationDate": now(),
        "updatedDate": now(),
        "targetUrl": body.get("targetUrl"),
        "iterationId": body.get("iterationId"),
        "by": call.caller.id,
    }
    call.state.store.put("pull_request_status", number, status, parent=pull_request["id"])
    call.services.merging.policies_changed(pull_request["id"], call.url)
    return call.reply(show_status(call.state, call.url, api, status))


async def list_iterations(call: Call) -> web.Response:
    """GET .../iterations."""
    repository, pull_request, api = pull_request_of(call)
    return call.collection(
        [_show_iteration(call, repository, api, step) for step in pull_request["iterations"]]
    )


async def get_iteration(call: Call) -> web.Response:
    """GET .../iterations/{n}."""
    repository, pull_request, api = pull_request_of(call)
    steps = pull_request["iterations"]
    return call.reply(_show_iteration(call, repository, api, steps[_index(call, steps)]))


def _index(call: Call, iterations: list[Any]) -> int:
    number = call.argument("iterationId")
    if not 1 <= number <= len(iterations):
        raise errors.missing(
            "TF401494: The iteration was not found.", "IterationNotFoundException", errors.GIT
        )
    return number - 1


def _show_iteration(call: Call, repository: Repository, api: str, step: JSON) -> JSON:
    return {
        "id": step["id"],
        "description": "",
        "author": person(call.state, call.url, step["by"]),
        "createdDate": step["date"],
        "updatedDate": step["date"],
        "sourceRefCommit": commit_ref(call.url, repository, step["source"]),
        "targetRefCommit": commit_ref(call.url, repository, step["target"]),
        "hasMoreCommits": False,
        "reason": step["reason"],
        "_links": {"self": {"href": f"{api}/iterations/{step['id']}"}},
    }


async def list_iteration_changes(call: Call) -> web.Response:
    """GET .../iterations/{n}/changes: the files that differ from the common ancestor."""
    repository, pull_request, _ = pull_request_of(call)
    step = pull_request["iterations"][_index(call, pull_request["iterations"])]
    output = await git.run(
        call.state.path_of(repository), "diff", "--raw", "-z", "--no-abbrev", "--no-renames",
        "--merge-base", step["target"], step["source"],
    )  # fmt: skip
    parts = output.decode(errors="replace").split("\0")
    entries = []
    for number, (head, path) in enumerate(zip(parts[::2], parts[1::2], strict=False), start=1):
        _, _, old, new, kind = head.split()
        item = {"objectId": old if kind == "D" else new, "path": f"/{path}"}
        change = {"changeTrackingId": number, "changeId": number, "item": item}
        entries.append({**change, "changeType": CHANGES.get(kind[:1], "edit")})
    return call.reply({"changeEntries": entries})


async def list_iteration_commits(call: Call) -> web.Response:
    """GET .../iterations/{n}/commits."""
    repository, pull_request, _ = pull_request_of(call)
    step = pull_request["iterations"][_index(call, pull_request["iterations"])]
    names = await log(call, repository, [step["source"], f"^{step['target']}"], 100)
    return call.collection([await commit_body(call, repository, name) for name in names])
