"""Git repositories over REST: branches, files at a commit, and branch policies.

https://learn.microsoft.com/rest/api/azure/devops/git/
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autocoder.clients.azure_devops.protocol import rows, url_of
from autocoder.clients.azure_devops.session import Session
from autocoder.errors import NotFound, UnexpectedAnswer

BUILD_POLICY = "0609b952-1397-4640-95ec-e00a01b2c241"  # the policy type "Build"
MAX_FILE_BYTES = 1_000_000

_SHA = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, slots=True)
class RepositoryRecord:
    """A repository. Its URLs are built from the organisation's URL, never taken from an answer."""

    id: str
    name: str
    project: str
    project_id: str
    default_branch: str | None
    clone_url: str
    web_url: str
    is_disabled: bool = False


@dataclass(frozen=True)
class Git:
    """The Git repositories of one organisation; each is addressed by its name or its id."""

    session: Session

    def get_repository(self, project: str, repository: str) -> RepositoryRecord:
        """Return the repository. Raises `NotFound` (TF401019)."""
        answer = self.session.json("GET", *repository_path(project, repository))
        return repository_of(self.session.organization_url, answer)

    def resolve_branch(self, project: str, repository: str, branch: str) -> str | None:
        """Return the commit of *branch* (without `refs/heads/`), or None when the branch does not exist."""
        answer = self.session.json(
            "GET", *repository_path(project, repository), "refs", query={"filter": f"heads/{branch}"}
        )
        found = [row for row in rows(answer) if row.get("name") == f"refs/heads/{branch}"]
        return None if not found else commit_of(found[0].get("objectId"))

    def read_file(
        self, project: str, repository: str, path: str, commit: str, limit: int = MAX_FILE_BYTES
    ) -> bytes | None:
        """Return the bytes of the file *path* at *commit*, or None. Raises `TooLarge` above *limit* bytes."""
        query = {**_at(commit), "path": f"/{path.lstrip('/')}", "$format": "octetStream"}
        try:
            return self.session.download(
                *repository_path(project, repository), "items", query=query, limit=limit
            )
        except NotFound:
            return None

    def list_files(self, project: str, repository: str, folder: str, commit: str) -> tuple[str, ...]:
        """Return the paths (no leading slash) of the files in *folder* at *commit*; none if it is missing."""
        found = self._items(project, repository, folder, commit)
        return tuple(
            _path(row) for row in found if row.get("gitObjectType") == "blob" and not row.get("isFolder")
        )

    def list_folder(self, project: str, repository: str, folder: str, commit: str) -> tuple[str, ...]:
        """Return the paths (no leading slash) of the files and folders in *folder* at *commit*."""
        found = map(_path, self._items(project, repository, folder, commit))
        return tuple(path for path in found if path != folder.strip("/"))

    def _items(self, project: str, repository: str, folder: str, commit: str) -> Sequence[Mapping[str, Any]]:
        """Return *folder* and the items in it.

        https://learn.microsoft.com/rest/api/azure/devops/git/items/list
        """
        query = {**_at(commit), "scopePath": f"/{folder.strip('/')}", "recursionLevel": "oneLevel"}
        try:
            answer = self.session.json("GET", *repository_path(project, repository), "items", query=query)
        except NotFound:
            return ()
        return rows(answer)

    def has_build_policy(self, project: str, repository_id: str, branch: str) -> bool:
        """Whether a build validates pull requests into *branch*."""
        query = {"repositoryId": repository_id, "refName": f"refs/heads/{branch}", "policyType": BUILD_POLICY}
        answer = self.session.json("GET", project, "_apis/git/policy/configurations", query=query)
        return any(
            row.get("isEnabled", True)
            and not row.get("isDeleted")
            and (row.get("type") or {}).get("id") == BUILD_POLICY
            for row in rows(answer)
        )


def repository_path(project: str, repository: str) -> tuple[str, ...]:
    """Return the segments of a repository's REST URL."""
    return (project, "_apis/git/repositories", repository)


def repository_of(organization_url: str, answer: Any) -> RepositoryRecord:
    """Return the repository in *answer*. Raises `UnexpectedAnswer` when it is something else."""
    try:
        name, project = str(answer["name"]), answer["project"]
        web_url = url_of(organization_url, (str(project["name"]), "_git", name))
        branch = answer.get("defaultBranch")
        return RepositoryRecord(
            id=str(answer["id"]),
            name=name,
            project=str(project["name"]),
            project_id=str(project["id"]),
            default_branch=str(branch).removeprefix("refs/heads/") if branch else None,
            clone_url=web_url,
            web_url=web_url,
            is_disabled=bool(answer.get("isDisabled")),
        )
    except (KeyError, TypeError, AttributeError):
        raise UnexpectedAnswer("Azure DevOps returned something other than a repository.") from None


def commit_of(value: object) -> str:
    """Return *value*, the full id of a commit. Raises `UnexpectedAnswer` when it is something else."""
    if not isinstance(value, str) or not _SHA.fullmatch(value):
        raise UnexpectedAnswer("Azure DevOps returned a branch without a commit.")
    return value


def _path(item: Mapping[str, Any]) -> str:
    return str(item.get("path", "")).lstrip("/")


def _at(commit: str) -> Mapping[str, str]:
    return {"versionDescriptor.version": commit, "versionDescriptor.versionType": "commit"}
