"""Answers about refs: listing them, and updating them without a push.

https://learn.microsoft.com/rest/api/azure/devops/git/refs
"""

from urllib.parse import quote

from aiohttp import web

from emulators.azure_devops.core import errors
from emulators.azure_devops.core.calls import CONTINUATION, Call
from emulators.azure_devops.core.identity_refs import identity_ref
from emulators.azure_devops.core.repository_shapes import repository_url
from emulators.azure_devops.core.state import JSON, Repository
from emulators.azure_devops.git import pushes, receive
from emulators.azure_devops.git.pushes import RefUpdate
from emulators.azure_devops.git.responses import repository_of
from emulators.azure_devops.organization import seeding
from emulators.azure_devops.storage import git_commands as git
from emulators.azure_devops.storage.git_objects import all_refs, read_ref

REFUSALS = {
    "TF402455": "rejectedByPolicy",
    "'ForcePush'": "forcePushRequired",
    "'CreateBranch'": "createBranchPermissionRequired",
    "'CreateTag'": "createTagPermissionRequired",
    "TF401027": "writePermissionRequired",
    "TF402463": "invalidRefName",
}


async def list_refs(call: Call) -> web.Response:
    """GET git/repositories/{id}/refs?filter=&filterContains=&$top=&continuationToken=&peelTags=.

    The filter is a prefix without `refs/`; the continuation token is the name of the next ref.
    Raises 400 for a negative `$top`.
    """
    repository = repository_of(call)
    wanted = call.query("filter") or call.arguments.get("filter", "")
    contains, start = call.query("filterContains").lower(), call.query("continuationToken")
    refs = sorted(all_refs(call.state.path_of(repository), f"refs/{wanted}").items())
    found = [(name, commit) for name, commit in refs if contains in name.lower() and name >= start]
    top = call.number("$top", len(found))
    if top < 0:
        raise errors.argument(f"The value '{top}' is not valid for $top.", "$top")
    shown = [await _show_ref(call, repository, name, commit) for name, commit in found[:top]]
    return call.collection(shown, {CONTINUATION: found[top][0]} if top < len(found) else None)


async def _show_ref(call: Call, repository: Repository, name: str, commit: str) -> JSON:
    creator = pushes.creator_of(call.state, repository, name) or call.state.identity(seeding.ADMINISTRATOR.id)
    body: JSON = {"name": name, "objectId": commit}
    if call.flag("peelTags") and (peeled := await _peeled(call, repository, commit)) != commit:
        body["peeledObjectId"] = peeled
    if creator:
        body["creator"] = identity_ref(call.url, creator)
    filter_name = quote(name.removeprefix("refs/"), safe="")
    return {**body, "url": f"{repository_url(call.url, repository)}/refs?filter={filter_name}"}


async def _peeled(call: Call, repository: Repository, name: str) -> str:
    """Return the object that an annotated tag points to; any other object is returned as it is."""
    found = await call.services.objects.read(call.state.path_of(repository), f"{name}^{{}}")
    return name if found is None else found.id


async def update_refs(call: Call) -> web.Response:
    """POST git/repositories/{id}/refs `[{name, oldObjectId, newObjectId}]` -> 200, even when refused.

    Raises 400 when the body is not a list of objects.
    """
    repository, wanted = repository_of(call), await call.value()
    if not isinstance(wanted, list) or not all(isinstance(update, dict) for update in wanted):
        raise errors.argument("Value cannot be null.", "refUpdates")
    updates = [
        RefUpdate(str(u.get("name")), str(u.get("oldObjectId")), str(u.get("newObjectId"))) for u in wanted
    ]
    decision = receive.decide(call.state, repository, call.caller, tuple(updates))
    shown, done = [], []
    for update in updates:
        status = await _update_ref(call, repository, update, decision)
        if status == "succeeded":
            done.append(update)
        shown.append(
            {
                "repositoryId": repository.id,
                "name": update.ref,
                "oldObjectId": update.old,
                "newObjectId": update.new,
                "isLocked": False,
                "updateStatus": status,
                "success": status == "succeeded",
            }
        )
    pushes.record(call.services, pushes.Push(repository, done, call.caller, call.url))
    return call.collection(shown)


async def _update_ref(
    call: Call, repository: Repository, update: RefUpdate, decision: receive.Decision
) -> str:
    path = call.state.path_of(repository)
    if update.ref in decision.refused:
        reason = decision.refused[update.ref]
        return next(status for words, status in REFUSALS.items() if words in reason)
    if (
        not git.is_sha(update.old)
        or not git.is_sha(update.new)
        or (read_ref(path, update.ref) or git.ZERO) != update.old
    ):
        return "staleOldObjectId"
    if update.new != git.ZERO and await call.services.objects.read(path, update.new) is None:
        return "unresolvableToCommit"
    rewrites = git.ZERO not in (update.old, update.new) and not await git.is_ancestor(
        path, update.old, update.new
    )
    if rewrites and update.ref in decision.without_force:
        return "forcePushRequired"
    try:
        await git.update_ref(path, update.ref, update.new, update.old)
    except git.GitError:
        return "staleOldObjectId"
    return "succeeded"
