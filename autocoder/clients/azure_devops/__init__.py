"""Azure DevOps: REST over httpx, pushes over Git smart HTTP."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from autocoder.clients.azure_devops.git import Git
from autocoder.clients.azure_devops.protocol import url_of
from autocoder.clients.azure_devops.pull_requests import PullRequests
from autocoder.clients.azure_devops.push import Outcome, PackEntries, Push, push
from autocoder.clients.azure_devops.session import Session
from autocoder.clients.azure_devops.work_items import WorkItems
from autocoder.errors import UnexpectedAnswer

if TYPE_CHECKING:
    import urllib3


@dataclass(frozen=True)
class AzureDevOps:
    """One organisation: its work items, repositories and pull requests, and the way to push to it."""

    session: Session
    git_pool: "urllib3.PoolManager" = field(repr=False)

    @property
    def work_items(self) -> WorkItems:
        """Its work items."""
        return WorkItems(self.session)

    @property
    def git(self) -> Git:
        """Its Git repositories."""
        return Git(self.session)

    @property
    def pull_requests(self) -> PullRequests:
        """Its pull requests."""
        return PullRequests(self.session)

    def push(
        self, project: str, repository: str, *, branch: str, commit: str, parent: str, pack: PackEntries
    ) -> Outcome:
        """Push the commit in *pack* to *branch* (no `refs/heads/`); see `push.push` for what is raised."""
        clone_url = url_of(self.session.organization_url, (project, "_git", repository))
        return push(
            Push(clone_url, branch, commit, parent),
            pack,
            pool=self.git_pool,
            authorization=self.session.authorization.header(),
            read_branch=lambda: self.git.resolve_branch(project, repository, branch),
        )

    def own_id(self) -> str:
        """Return the id of the identity that the app is to this organisation."""
        answer = self.session.json("GET", "_apis/connectionData", version="7.1-preview.1")
        user = answer.get("authenticatedUser") if isinstance(answer, dict) else None
        if not isinstance(user, dict) or not user.get("id"):
            raise UnexpectedAnswer("Azure DevOps did not say who the app is.")
        return str(user["id"])
