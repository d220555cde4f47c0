"""Permissions: security namespaces, access control lists and group memberships.

Namespaces, bits and tokens: https://learn.microsoft.com/azure/devops/organizations/security/namespace-reference
At a token, deny overrides allow; permissions that a token does not set are inherited from the one above it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from emulators.azure_devops.core.state import JSON, Identity, Project, Repository, State

GIT_REPOSITORIES = "2e9eb7ed-3c0a-47d4-87c1-0ffdd275fd87"
AREAS = "83e28ad4-2d72-4ceb-97b0-c7726d5502c3"
SERVICE_HOOKS = "cb594ebe-87dd-4fc9-ac2c-6a10a4c92046"
BUILDS = "33344d9c-fc72-4d6f-aba5-fa317101a7e9"
PROJECTS = "52d39943-cb85-4d7f-8fa8-c6baac873819"
COLLECTIONS = "3e65f728-f8bc-4ecd-8764-7e378b19bfa7"

GIT_BITS = {
    "Administer": 1,
    "GenericRead": 2,
    "GenericContribute": 4,
    "ForcePush": 8,
    "CreateBranch": 16,
    "CreateTag": 32,
    "ManageNote": 64,
    "PolicyExempt": 128,
    "CreateRepository": 256,
    "DeleteRepository": 512,
    "RenameRepository": 1024,
    "EditPolicies": 2048,
    "RemoveOthersLocks": 4096,
    "ManagePermissions": 8192,
    "PullRequestContribute": 16384,
    "PullRequestBypassPolicy": 32768,
}
AREA_BITS = {
    "GENERIC_READ": 1,
    "GENERIC_WRITE": 2,
    "DELETE": 4,
    "CREATE_CHILDREN": 8,
    "WORK_ITEM_READ": 16,
    "WORK_ITEM_WRITE": 32,
}
COLLECTION_ROOT = "NAMESPACE"
HOOK_BITS = {"ViewSubscriptions": 1, "EditSubscriptions": 2, "DeleteSubscriptions": 4, "PublishEvents": 8}
BUILD_BITS = {
    "ViewBuilds": 1,
    "EditBuildQuality": 2,
    "RetainIndefinitely": 4,
    "DeleteBuilds": 8,
    "ManageBuildQualities": 16,
    "DestroyBuilds": 32,
    "UpdateBuildInformation": 64,
    "QueueBuilds": 128,
    "ManageBuildQueue": 256,
    "StopBuilds": 512,
    "ViewBuildDefinition": 1024,
    "EditBuildDefinition": 2048,
    "DeleteBuildDefinition": 4096,
    "OverrideBuildCheckInValidation": 8192,
    "AdministerBuildPermissions": 16384,
}
PROJECT_BITS = {"GENERIC_READ": 1, "GENERIC_WRITE": 2, "DELETE": 4}
COLLECTION_BITS = {"GENERIC_READ": 1, "GENERIC_WRITE": 2, "CREATE_PROJECTS": 4}
BUILD_READER = ("ViewBuilds", "ViewBuildDefinition")
BUILD_CONTRIBUTOR = (*BUILD_READER, "QueueBuilds", "StopBuilds", "EditBuildDefinition")

CONTRIBUTOR = (
    "GenericRead",
    "GenericContribute",
    "CreateBranch",
    "CreateTag",
    "ManageNote",
    "PullRequestContribute",
)
# administrators are not exempt from policies, so a protected branch is protected from all callers
ADMINISTRATOR = tuple(name for name in GIT_BITS if name not in ("PolicyExempt", "PullRequestBypassPolicy"))
BRANCH_CREATOR = ("ForcePush", "RemoveOthersLocks", "ManagePermissions")


@dataclass(frozen=True, slots=True)
class Entry:
    """The bits that one identity is allowed and denied at one token."""

    allow: int = 0
    deny: int = 0


def bits(names: tuple[str, ...], table: dict[str, int] = GIT_BITS) -> int:
    """Return the mask of the permissions *names*."""
    return sum(table[name] for name in names)


def repository_token(repository: Repository) -> str:
    """Return the token of a repository in the Git namespace."""
    return f"repoV2/{repository.project_id}/{repository.id}"


def branch_token(repository: Repository, ref: str) -> str:
    """Return the token of a branch, with the parts of its name in hexadecimal UTF-16 as in the service."""
    parts = [part.encode("utf-16-le").hex() for part in ref.removeprefix("refs/heads/").split("/")]
    return f"{repository_token(repository)}/refs/heads/{'/'.join(parts)}"


def area_token(project: Project) -> str:
    """Return the token of a project's root area."""
    return f"vstfs:///Classification/Node/{project.area_node}"


def build_token(project_id: str, pipeline_id: int | None = None) -> str:
    """Return the token of a pipeline, or of all pipelines of a project."""
    return project_id if pipeline_id is None else f"{project_id}/{pipeline_id}"


def project_token(project_id: str) -> str:
    """Return the token of what is said of a project: its name, description and other properties."""
    return f"$PROJECT:vstfs:///Classification/TeamProject/{project_id}"


def hooks_token(project_id: str) -> str:
    """Return the token of a project's service hooks."""
    return f"PublisherSecurity/{project_id}" if project_id else "PublisherSecurity"


def grant(
    state: State, namespace: str, token: str, identity: Identity, *, allow: int = 0, deny: int = 0
) -> None:
    """Add allowed and denied bits of *identity* at *token*."""
    acl = access_control_list(state, namespace, token)
    entry = acl.get(identity.descriptor, {"allow": 0, "deny": 0})
    acl[identity.descriptor] = {"allow": entry["allow"] | allow, "deny": entry["deny"] | deny}
    state.store.put("acl", token, acl, parent=namespace)


def access_control_list(state: State, namespace: str, token: str) -> JSON:
    """Return the explicit entries at *token*: `{descriptor: {allow, deny}}`."""
    return state.store.get("acl", token, parent=namespace) or {}


def groups_of(state: State, identity: Identity) -> list[Identity]:
    """Return the groups of *identity*, including indirect ones."""
    memberships = state.store.all("membership")
    found: dict[str, Identity] = {}
    waiting = [identity.id]
    while waiting:
        member = waiting.pop()
        for row in memberships:
            group = state.identity(row["group"]) if row["member"] == member else None
            if group is not None and group.id not in found:
                found[group.id] = group
                waiting.append(group.id)
    return list(found.values())


def members_of(state: State, group: Identity, *, through_groups: bool) -> list[Identity]:
    """Return the members of *group*: only direct ones, or also those of the groups in it."""
    memberships = state.store.all("membership")
    found: dict[str, Identity] = {}
    waiting = [group.id]
    while waiting:
        parent = waiting.pop()
        for row in memberships:
            member = state.identity(row["member"]) if row["group"] == parent else None
            if member is not None and member.id not in found:
                found[member.id] = member
                waiting += [member.id] if through_groups else []
    return list(found.values())


def join(state: State, identity: Identity, group: Identity) -> None:
    """Make *identity* a member of *group*."""
    row = {"member": identity.id, "group": group.id}
    state.store.put("membership", f"{identity.id} {group.id}", row)


def leave(state: State, identity: Identity, group: Identity) -> None:
    """End the membership of *identity* in *group*."""
    state.store.remove("membership", f"{identity.id} {group.id}")


def effective(state: State, namespace: str, token: str, descriptors: list[str]) -> Entry:
    """Return the permissions of holders of *descriptors* at *token*, inherited ones included."""
    allow = deny = 0
    for level in lineage(token):
        acl = access_control_list(state, namespace, level)
        entries = [acl[name] for name in descriptors if name in acl]
        denied = _union(entry["deny"] for entry in entries) & ~(allow | deny)
        deny |= denied
        allow |= _union(entry["allow"] for entry in entries) & ~(allow | deny)
    return Entry(allow, deny)


def may(state: State, identity: Identity, namespace: str, token: str, mask: int) -> bool:
    """Whether *identity* has every permission of *mask* at *token*."""
    names = [identity.descriptor, *(group.descriptor for group in groups_of(state, identity))]
    return effective(state, namespace, token, names).allow & mask == mask


def may_git(state: State, identity: Identity, repository: Repository, permission: str, ref: str = "") -> bool:
    """Whether *identity* has a Git *permission* on *repository*, or on one branch of it."""
    branch = ref.startswith("refs/heads/")
    token = branch_token(repository, ref) if branch else repository_token(repository)
    return may(state, identity, GIT_REPOSITORIES, token, GIT_BITS[permission])


def may_work(state: State, identity: Identity, project: Project, permission: str) -> bool:
    """Whether *identity* has a permission on the work items of *project*."""
    return may(state, identity, AREAS, area_token(project), AREA_BITS[permission])


def lineage(token: str) -> list[str]:
    """Return *token* and the tokens above it, the nearest first."""
    if token.startswith("vstfs:"):
        return [token]
    parts = token.split("/")
    return ["/".join(parts[:length]) for length in range(len(parts), 0, -1)]


def _union(masks: Iterable[int]) -> int:
    total = 0
    for mask in masks:
        total |= mask
    return total
