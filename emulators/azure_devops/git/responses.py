"""Answers about Git repositories, their commits and pushes.

https://learn.microsoft.com/rest/api/azure/devops/git
"""

from collections.abc import Sequence

from aiohttp import web

from emulators.azure_devops.core import errors
from emulators.azure_devops.core.calls import Call
from emulators.azure_devops.core.identity_refs import identity_ref
from emulators.azure_devops.core.repository_shapes import (
    repository_url,
    show_commit,
    show_project,
    show_repository,
)
from emulators.azure_devops.core.state import JSON, Project, Repository
from emulators.azure_devops.core.utf16_length import length
from emulators.azure_devops.organization import permissions, seeding
from emulators.azure_devops.storage import git_commands as git
from emulators.azure_devops.storage.git_objects import read_ref

MAX_NAME_LENGTH = 64
FORBIDDEN = '\\/:*?"<>|;#${},+=[]'


def repository_of(call: Call) -> Repository:
    """Return the repository of the path, if the caller may read it; raises 404 TF401019."""
    name = call.arguments["repositoryId"]
    repository = call.state.repository(call.organization, call.project, name)
    if not permissions.may_git(call.state, call.caller, repository, "GenericRead"):
        raise errors.repository_missing(name)
    return repository


async def list_repositories(call: Call) -> web.Response:
    """GET git/repositories."""
    projects = [call.project] if call.project else call.state.projects(call.organization)
    found = [
        _show(call, repository)
        for repository in call.state.repositories_of(projects)
        if permissions.may_git(call.state, call.caller, repository, "GenericRead")
    ]
    return call.collection(found)


async def get_repository(call: Call) -> web.Response:
    """GET git/repositories/{id or name}."""
    return call.reply(_show(call, repository_of(call), links=True))


async def create_repository(call: Call) -> web.Response:
    """POST git/repositories `{name, project: {id}}` -> 201.

    Raises 400 for a forbidden name, 403 without the permission, 409 for an existing name.
    """
    body = await call.body()
    given = body.get("project") or {}
    project = call.project or call.state.project(
        call.organization, str(given.get("id") or given.get("name") or "")
    )
    name = str(body.get("name") or "").strip()
    if not is_name(name):
        raise errors.argument(f"TF401025: '{name}' is not a valid name for a Git repository.", "name")
    token, mask = f"repoV2/{project.id}", permissions.GIT_BITS["CreateRepository"]
    if not permissions.may(call.state, call.caller, permissions.GIT_REPOSITORIES, token, mask):
        raise errors.git_permission("CreateRepository", call.caller.unique_name, "project")
    return call.reply(
        show_repository(call.url, project, await make_repository(call, project, name), empty=True), 201
    )


def is_name(name: str) -> bool:
    """Whether a repository may have that name.

    https://learn.microsoft.com/azure/devops/organizations/settings/naming-restrictions
    """
    if not name or length(name) > MAX_NAME_LENGTH or name.startswith("_") or "." in (name[0], name[-1]):
        return False
    return name.isprintable() and not any(sign in FORBIDDEN or ord(sign) > 0xFFFF for sign in name)


async def make_repository(call: Call, project: Project, name: str) -> Repository:
    """Return a new, empty repository; raises 409 TF400948 if the name is taken."""
    if any(known.name.lower() == name.lower() for known in call.state.repositories_of([project])):
        message = f"TF400948: A Git repository with the name {name} already exists."
        raise errors.conflict(message, "GitRepositoryNameAlreadyExistsException", errors.GIT)
    repository = seeding.create_repository(call.state, project, name)
    await git.create(call.state.path_of(repository), repository.default_branch)
    return repository


def _show(call: Call, repository: Repository, *, links: bool = False) -> JSON:
    empty = read_ref(call.state.path_of(repository), repository.default_branch) is None
    project = call.state.project_of(repository.project_id)
    return show_repository(call.url, project, repository, empty=empty, links=links)


async def get_commit(call: Call) -> web.Response:
    """GET git/repositories/{id}/commits/{commitId}."""
    repository, commit = repository_of(call), call.arguments["commitId"].lower()
    return call.reply(await commit_body(call, repository, commit))


async def commit_body(call: Call, repository: Repository, commit: str) -> JSON:
    """Return a commit; raises 404 when there is none."""
    found = (
        await call.services.objects.read(call.state.path_of(repository), commit)
        if git.is_sha(commit)
        else None
    )
    if found is None or found.type != "commit":
        message = f"TF401175: The commit {commit} does not exist in repository {repository.name}."
        raise errors.missing(message, "GitCommitDoesNotExistException", errors.GIT)
    return show_commit(call.url, repository, commit, found.content)


async def list_commits(call: Call) -> web.Response:
    """GET git/repositories/{id}/commits?searchCriteria.itemVersion.version=&searchCriteria.$top=."""
    repository = repository_of(call)
    tip = await _tip(call, repository)
    top = call.number("searchCriteria.$top", call.number("$top", 100))
    skip = call.number("searchCriteria.$skip", call.number("$skip", 0))
    names = await log(call, repository, [tip] if tip else [], top, skip)
    return call.collection([await commit_body(call, repository, name) for name in names])


async def _tip(call: Call, repository: Repository) -> str | None:
    """Return the commit that `searchCriteria.itemVersion` selects."""
    version = call.query("searchCriteria.itemVersion.version")
    kind = call.query("searchCriteria.itemVersion.versionType", "branch")
    if kind == "commit":
        return version if git.is_sha(version) else None
    folder = "tags" if kind == "tag" else "heads"
    ref = f"refs/{folder}/{version}" if version else repository.default_branch
    return read_ref(call.state.path_of(repository), ref)


async def log(
    call: Call, repository: Repository, revisions: Sequence[str], top: int, skip: int = 0
) -> list[str]:
    """Return the commits reachable from *revisions* (ids, or `^id` to exclude), newest first."""
    if not revisions:
        return []
    limits = (f"--max-count={max(top, 0)}", f"--skip={max(skip, 0)}")
    return (
        await git.text(call.state.path_of(repository), "rev-list", *limits, *revisions, "--")
    ).splitlines()


async def list_pushes(call: Call) -> web.Response:
    """GET git/repositories/{id}/pushes?searchCriteria.refName=, newest first."""
    repository = repository_of(call)
    found = list(reversed(call.state.store.all("push", parent=repository.id)))
    ref = call.query("searchCriteria.refName")
    found = [push for push in found if not ref or ref in {update["name"] for update in push["refUpdates"]}]
    updates = call.flag("searchCriteria.includeRefUpdates")
    skip, top = call.number("$skip", 0), call.number("$top", 100)
    return call.collection(
        [_show_push(call, repository, push, updates=updates) for push in found[skip : skip + top]]
    )


async def get_push(call: Call) -> web.Response:
    """GET git/repositories/{id}/pushes/{pushId}; raises 404 when there is none."""
    repository = repository_of(call)
    found = call.state.store.get("push", call.argument("pushId"), parent=repository.id)
    if found is None:
        raise errors.missing("TF401034: The push was not found.", "GitPushNotFoundException", errors.GIT)
    return call.reply(_show_push(call, repository, found, updates=True))


def _show_push(call: Call, repository: Repository, push: JSON, *, updates: bool) -> JSON:
    project = call.state.project_of(repository.project_id)
    author = call.state.identity(push["by"])
    body: JSON = {
        "repository": {
            **show_repository(call.url, project, repository),
            "project": show_project(call.url, project),
        },
        "pushedBy": identity_ref(call.url, author) if author else None,
        "pushId": push["pushId"],
        "date": push["date"],
        "url": f"{repository_url(call.url, repository)}/pushes/{push['pushId']}",
    }
    if updates:
        body["refUpdates"] = [{"repositoryId": repository.id, **update} for update in push["refUpdates"]]
    return body
