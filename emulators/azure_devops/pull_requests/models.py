"""Stored pull requests: creating, finding and changing them.

https://learn.microsoft.com/rest/api/azure/devops/git/pull-requests
"""

import unicodedata
from typing import Any

from emulators.azure_devops.core import errors
from emulators.azure_devops.core.state import JSON, Identity, Repository, State, new_id, now
from emulators.azure_devops.core.utf16_length import length
from emulators.azure_devops.organization import permissions
from emulators.azure_devops.storage.git_objects import read_ref

MAX_DESCRIPTION_LENGTH, MAX_TITLE_LENGTH, MAX_LABEL_LENGTH = 4000, 400, 400
STATUSES = {"notset": 0, "active": 1, "abandoned": 2, "completed": 3, "all": 4}
VOTES = (10, 5, 0, -5, -10)
STRATEGIES = {"1": "noFastForward", "2": "squash", "3": "rebase", "4": "rebaseMerge"}


def find(state: State, number: int, repository: Repository | None = None) -> JSON:
    """Return a pull request (of one repository); raises 404 TF401180."""
    found = state.store.get("pull_request", number)
    if found is None or (repository is not None and found["repository"] != repository.id):
        message = "TF401180: The requested pull request was not found."
        raise errors.missing(message, "GitPullRequestNotFoundException", errors.GIT)
    return found


def save(state: State, pull_request: JSON) -> JSON:
    """Write a pull request."""
    return state.store.put("pull_request", pull_request["id"], pull_request)


def listed(state: State, repositories: list[Repository]) -> list[JSON]:
    """Return the pull requests of *repositories*, newest first."""
    ids = {repository.id for repository in repositories}
    return [p for p in reversed(state.store.all("pull_request")) if p["repository"] in ids]


def repository_of(state: State, pull_request: JSON) -> Repository:
    """Return the repository of a pull request; raises 404 TF401019 when it no longer exists."""
    body = state.store.get("repository", pull_request["repository"], parent=pull_request["project"])
    if body is None:
        raise errors.repository_missing(pull_request["repository"])
    return Repository(**body)


def require_contribute(state: State, repository: Repository, caller: Identity) -> None:
    """Raise 403 TF401027 unless *caller* may contribute to pull requests of *repository*."""
    if not permissions.may_git(state, caller, repository, "PullRequestContribute"):
        raise errors.git_permission("PullRequestContribute", _name(caller))


def create(state: State, repository: Repository, body: JSON, caller: Identity) -> JSON:
    """Create a pull request; raises 400 for a wrong body or branch, 409 TF401179 for a second active one."""
    check_texts(body)
    source, target = body.get("sourceRefName"), body.get("targetRefName")
    path = state.path_of(repository)
    tips = [read_ref(path, str(ref)) for ref in (source, target)]
    if None in tips:
        raise branch_gone()
    if source == target:
        raise errors.invalid_value(
            "Invalid argument value.\r\nParameter name: The source and target branch are the same."
        )
    for other in state.store.all("pull_request"):
        same = (other["repository"], other["source"], other["target"]) == (repository.id, source, target)
        if same and other["status"] == "active":
            raise already_active()
    return save(state, _new(state, repository, body, caller, tips))


def _new(state: State, repository: Repository, body: JSON, caller: Identity, tips: list[str | None]) -> JSON:
    date = now()
    return {
        "id": state.store.next("pull_request"),
        "repository": repository.id,
        "project": repository.project_id,
        "status": "active",
        "by": caller.id,
        "created": date,
        "title": body["title"],
        "description": body.get("description") or "",
        "source": body["sourceRefName"],
        "target": body["targetRefName"],
        "draft": bool(body.get("isDraft", False)),
        "mergeStatus": "queued",
        "mergeId": new_id(),
        "lastSource": tips[0],
        "lastTarget": tips[1],
        "reviewers": [reviewer(state, given) for given in body.get("reviewers") or []],
        "labels": [label_of(str(given.get("name", ""))) for given in body.get("labels") or []],
        "iterations": [iteration(1, tips[0], tips[1], caller, "create")],
        "completionOptions": None,
        "autoCompleteSetBy": None,
    }


def iteration(number: int, source: str | None, target: str | None, by: Identity, reason: str) -> JSON:
    """Return one iteration: the tips of both branches after a push."""
    return {"id": number, "source": source, "target": target, "by": by.id, "date": now(), "reason": reason}


def check_texts(body: JSON, *, required: bool = True) -> None:
    """Raise 400 when title or description is missing or too long."""
    title, description = body.get("title"), body.get("description") or ""
    if (required or title is not None) and (not isinstance(title, str) or not title.strip()):
        raise errors.invalid_value(
            "Invalid argument value.\r\nParameter name: A pull request must have a title."
        )
    if length(title or "") > MAX_TITLE_LENGTH:
        limit = f"A title for a pull request must not be longer than {MAX_TITLE_LENGTH} characters."
        raise errors.invalid_value(f"Invalid argument value.\r\nParameter name: {limit}")
    if not isinstance(description, str) or length(description) > MAX_DESCRIPTION_LENGTH:
        limit = (
            f"A description for a pull request must not be longer than {MAX_DESCRIPTION_LENGTH} characters."
        )
        raise errors.invalid_value(f"Invalid argument value.\r\nParameter name: {limit}")


def reviewer(state: State, given: Any) -> JSON:
    """Return a reviewer; raises 400 for an unknown id or vote."""
    identity = state.identity(str(given.get("id", ""))) if isinstance(given, dict) else None
    if identity is None:
        message = "TF401186: The reviewer could not be found."
        raise errors.VssError(400, message, "GitPullRequestReviewerNotFoundException", errors.GIT)
    vote = given.get("vote") or 0
    if vote not in VOTES:
        raise errors.invalid_value(f"Invalid argument value.\r\nParameter name: vote '{vote}'")
    return {"id": identity.id, "vote": vote, "isRequired": bool(given.get("isRequired", False))}


def label_of(name: str) -> JSON:
    """Return a label; raises 400 when it has no name, or one that the service of tags refuses."""
    name = name.strip()
    if not name:
        raise errors.argument("Value cannot be null or empty.", "name")
    if length(name) > MAX_LABEL_LENGTH or any(_is_refused(character) for character in name):
        message = "TF401407: The tag name is invalid. It contains invalid characters."
        raise errors.VssError(400, message, "InvalidTagNameException", errors.GIT)
    return {"id": new_id(), "name": name, "active": True}


def _is_refused(character: str) -> bool:
    """Tell whether no tag may contain *character*: a separator, an emoji, or one that cannot be seen."""
    return character in ",;" or unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "So")


def already_active() -> errors.VssError:
    """409 TF401179: an active pull request exists for these branches."""
    message = "TF401179: An active pull request for the source and target branch already exists."
    return errors.conflict(message, "GitPullRequestExistsException", errors.GIT)


def branch_gone() -> errors.VssError:
    """400 TF401398: a branch does not exist (yet)."""
    message = (
        "TF401398: The pull request cannot be activated because the source and/or the target branch "
        "no longer exists."
    )
    return errors.VssError(400, message, "GitPullRequestCannotBeActivated", errors.GIT)


def options_of(given: Any) -> JSON | None:
    """Return completion options with the merge strategy by name and flags as booleans; raises 400."""
    if not isinstance(given, dict):
        return None
    options = {key: _flag(value) for key, value in given.items() if value is not None}
    strategy = str(options.get("mergeStrategy", ""))
    options["mergeStrategy"] = STRATEGIES.get(strategy, strategy)
    if not strategy:
        options["mergeStrategy"] = "squash" if options.get("squashMerge") is True else "noFastForward"
    if options["mergeStrategy"] not in STRATEGIES.values():
        raise errors.invalid_value(f"Invalid argument value.\r\nParameter name: mergeStrategy '{strategy}'")
    return options


def _flag(value: Any) -> Any:
    return {"true": True, "false": False}.get(value.lower(), value) if isinstance(value, str) else value


def _name(caller: Identity) -> str:
    return caller.unique_name
