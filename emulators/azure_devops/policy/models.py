"""Branch and repository policies: which branches they protect, and which ones a pull request fails.

https://learn.microsoft.com/rest/api/azure/devops/policy/configurations
"""

from emulators.azure_devops.core import errors
from emulators.azure_devops.core.identity_refs import identity_ref
from emulators.azure_devops.core.state import JSON, Identity, Project, Repository, State, now

BUILD = "0609b952-1397-4640-95ec-e00a01b2c241"
STATUS = "cbdc66da-9728-4af8-aada-9a5a32e4a226"
REVIEWERS = "fa4e907d-c16b-4a4c-9dfa-4906e5d171dd"
COMMENTS = "c6a1889d-b943-4856-b76f-9e46bb6b0df2"
WORK_ITEMS = "40e92b44-2fe1-4dd6-b3d8-74a9c21d0c6e"
FILE_SIZE = "2e26e725-8201-4edd-8bf5-978563c34a80"
TYPES = {
    BUILD: "Build",
    STATUS: "Status",
    REVIEWERS: "Minimum number of reviewers",
    COMMENTS: "Comment requirements",
    WORK_ITEMS: "Work item linking",
    FILE_SIZE: "File size restriction",
}
# types of the service that are refused with 501 and omitted from the list of types
UNCOVERED = {
    "fd2167ab-b0be-447a-8ec8-39368250530e": "Required reviewers",
    "fa4e907d-c16b-4a4c-9dfa-4916e5d171ab": "Require a merge strategy",
    "7ed39669-655c-494e-b4a0-a08b4da0fcce": "Git repository settings",
    "77ed4bd3-b063-4689-934a-175e4d0a78d7": "Commit author email validation",
    "51c78909-e838-41a2-9496-c647091e3c61": "File name restriction",
    "001a79cf-fda1-4c4e-9e7c-bac40ee5ead8": "Path length restriction",
    "db2b9b4c-180d-4529-9701-01541d19f36b": "Reserved names restriction",
}
MATCHES = ("exact", "prefix", "defaultbranch")
OF_REPOSITORIES = (FILE_SIZE,)  # these apply to pushes and do not protect a branch
MIB = 1 << 20


def configure(
    state: State, project: Project, body: JSON, caller: Identity, before: JSON | None = None
) -> JSON:
    """Save the policy that *body* describes; it replaces *before*, if given.

    Raises 400 for an unknown type or kind of match, 501 for a type that is not covered.
    """
    kind = str((body.get("type") or {}).get("id", "")).lower()
    if kind in UNCOVERED:
        raise errors.not_covered("policy Configurations_Create", f"the type '{UNCOVERED[kind]}'")
    if kind not in TYPES:
        raise errors.VssError(
            400, f"TF402482: Policy type '{kind}' not found.", "PolicyTypeNotFoundException", errors.GIT
        )
    for scope in scopes(body):
        match = str(scope.get("matchKind") or "Exact")
        if match.lower() not in MATCHES:
            raise errors.argument(f"The value '{match}' is not valid for matchKind.", "matchKind")
    policy: JSON = {
        "id": before["id"] if before else state.store.next("policy"),
        "project": project.id,
        "type": kind,
        "isEnabled": bool(body.get("isEnabled", True)),
        "isBlocking": bool(body.get("isBlocking", True)),
        "isDeleted": False,
        "revision": before["revision"] + 1 if before else 1,
        "settings": body.get("settings") or {},
        "by": caller.id,
        "date": now(),
    }
    return state.store.put("policy", policy["id"], policy, parent=project.id)


def configured(state: State, project_id: str) -> list[JSON]:
    """Return the policies of a project."""
    return state.store.all("policy", parent=project_id)


def applicable(state: State, repository: Repository, ref: str = "") -> list[JSON]:
    """Return the enabled policies that apply to *repository*, or to one branch of it."""
    found = (policy for policy in configured(state, repository.project_id) if policy["isEnabled"])
    return [policy for policy in found if any(_covers(s, repository, ref) for s in scopes(policy))]


def scopes(policy: JSON) -> list[JSON]:
    """Return the scopes of a policy; without any, it applies to the whole project."""
    given = (policy.get("settings") or {}).get("scope")
    return given if isinstance(given, list) and given else [{}]


def is_protected(state: State, repository: Repository, ref: str) -> bool:
    """Whether *ref* can be changed only through a pull request."""
    return any(
        policy["isBlocking"] and policy["type"] not in OF_REPOSITORIES
        for policy in applicable(state, repository, ref)
        if ref.startswith("refs/heads/")
    )


def largest_file(state: State, repository: Repository) -> int:
    """Return the maximum bytes of a pushed file; 0 means that only the service's own limit applies."""
    sizes = [
        int(policy["settings"].get("maximumGitBlobSizeInBytes", 0))
        for policy in applicable(state, repository)
        if policy["type"] == FILE_SIZE
    ]
    return min((size for size in sizes if size > 0), default=0)


def lacking(state: State, repository: Repository, pull_request: JSON) -> list[str]:
    """Return the names of the blocking policies that *pull_request* does not satisfy."""
    found = applicable(state, repository, pull_request["target"])
    blocking = [policy for policy in found if policy["isBlocking"] and policy["type"] not in OF_REPOSITORIES]
    return [TYPES[policy["type"]] for policy in blocking if not _is_satisfied(state, policy, pull_request)]


def show(state: State, url: str, policy: JSON) -> JSON:
    """Return the JSON of a policy configuration."""
    author = state.identity(policy["by"])
    base = f"{url}/{policy['project']}/_apis/policy"
    return {
        "createdBy": identity_ref(url, author) if author else None,
        "createdDate": policy["date"],
        "isEnabled": policy["isEnabled"],
        "isBlocking": policy["isBlocking"],
        "isDeleted": policy["isDeleted"],
        "settings": policy["settings"],
        "isEnterpriseManaged": False,
        "_links": {
            "self": {"href": f"{base}/configurations/{policy['id']}"},
            "policyType": {"href": f"{base}/types/{policy['type']}"},
        },
        "revision": policy["revision"],
        "id": policy["id"],
        "url": f"{base}/configurations/{policy['id']}",
        "type": {
            "id": policy["type"],
            "url": f"{base}/types/{policy['type']}",
            "displayName": TYPES[policy["type"]],
        },
    }


def _covers(scope: JSON, repository: Repository, ref: str) -> bool:
    repository_id = scope.get("repositoryId")
    if repository_id and str(repository_id).lower() != repository.id:
        return False
    wanted, kind = str(scope.get("refName") or ""), str(scope.get("matchKind") or "Exact").lower()
    if kind == "defaultbranch":
        return not ref or ref == repository.default_branch
    if not wanted or not ref:
        return True
    return ref.startswith(wanted) if kind == "prefix" else ref == wanted


def _is_satisfied(state: State, policy: JSON, pull_request: JSON) -> bool:
    settings, number = policy["settings"], pull_request["id"]
    if policy["type"] == STATUS:
        given = state.store.all("pull_request_status", parent=number)
        name, genre = settings.get("statusName"), settings.get("statusGenre") or None
        newest = [
            s for s in given if (s["context"]["name"], s["context"].get("genre") or None) == (name, genre)
        ]
        return bool(newest) and newest[-1]["state"] in ("succeeded", "notApplicable")
    if policy["type"] == REVIEWERS:
        votes = [r["vote"] for r in pull_request["reviewers"] if r["id"] != pull_request["by"]]
        return sum(1 for vote in votes if vote > 0) >= int(settings.get("minimumApproverCount", 1))
    if policy["type"] == COMMENTS:
        threads = state.store.all("thread", parent=number)
        return all(t["status"] not in ("active", "pending") for t in threads if not t["isDeleted"])
    if policy["type"] == WORK_ITEMS:
        return bool(state.store.all("pull_request_link", parent=number))
    return False  # a build policy needs a build, and the emulator runs no pipelines
