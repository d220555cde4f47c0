"""The effects of a push: its record, new iterations of pull requests, and permissions of a branch's creator.

https://learn.microsoft.com/rest/api/azure/devops/git/pushes
"""

from dataclasses import dataclass

from emulators.azure_devops.core.services import Services
from emulators.azure_devops.core.state import JSON, Identity, Repository, State, now
from emulators.azure_devops.organization import permissions
from emulators.azure_devops.storage.git_commands import ZERO


@dataclass(frozen=True, slots=True)
class RefUpdate:
    """A ref with its old and new object; the zero id means that the ref did not exist or is deleted."""

    ref: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Push:
    """Ref updates that took effect, their author, and the address of the organisation."""

    repository: Repository
    updates: list[RefUpdate]
    by: Identity
    url: str


def record(services: Services, push: Push) -> None:
    """Record a push and notify everything that depends on its branches."""
    if not push.updates:
        return
    state, repository = services.state, push.repository
    number = state.store.next(f"push {repository.id}")
    rows = [{"name": u.ref, "oldObjectId": u.old, "newObjectId": u.new} for u in push.updates]
    kept: JSON = {"pushId": number, "by": push.by.id, "date": now(), "refUpdates": rows}
    with state.store.transaction():
        state.store.put("push", number, kept, parent=repository.id)
        for update in push.updates:
            _keep_creator(state, repository, update, push.by)
    for update in push.updates:
        services.merging.branch_moved(repository, update.ref, push.url)
        if update.new != ZERO:
            services.merging.pushed(repository, update.ref, update.new, push.by, push.url)


def creator_of(state: State, repository: Repository, ref: str) -> Identity | None:
    """Return the identity that created a branch."""
    row = state.store.get("branch", ref, parent=repository.id)
    return None if row is None else state.identity(row["creator"])


def _keep_creator(state: State, repository: Repository, update: RefUpdate, caller: Identity) -> None:
    """Allow the creator of a branch to force-push and delete it.

    https://learn.microsoft.com/azure/devops/repos/git/set-git-repository-permissions
    """
    if not update.ref.startswith("refs/heads/"):
        return
    if update.new == ZERO:
        state.store.remove("branch", update.ref, parent=repository.id)
        state.store.remove(
            "acl", permissions.branch_token(repository, update.ref), parent=permissions.GIT_REPOSITORIES
        )
    elif update.old == ZERO:
        state.store.put("branch", update.ref, {"creator": caller.id}, parent=repository.id)
        token = permissions.branch_token(repository, update.ref)
        allowed = permissions.bits(permissions.BRANCH_CREATOR)
        permissions.grant(state, permissions.GIT_REPOSITORIES, token, caller, allow=allowed)
