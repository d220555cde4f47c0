"""One Azure DevOps organisation: its work items, repositories and pull requests."""

from dataclasses import dataclass

from autocoder.clients.azure_devops.git import Git
from autocoder.clients.azure_devops.permissions import Permissions
from autocoder.clients.azure_devops.pull_requests import PullRequests
from autocoder.clients.azure_devops.session import Session
from autocoder.clients.azure_devops.work_items import WorkItems
from autocoder.errors import UnexpectedAnswer


@dataclass(frozen=True)
class AzureDevOps:
    """One organisation: its work items, repositories and pull requests."""

    session: Session

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

    @property
    def permissions(self) -> Permissions:
        """Its identities and permissions."""
        return Permissions(self.session)

    def own_id(self) -> str:
        """Return the id of the app's own identity in this organisation.

        Raises `UnexpectedAnswer` when Azure DevOps does not return it.
        """
        answer = self.session.json("GET", "_apis/connectionData", version="7.1-preview.1")
        user = answer.get("authenticatedUser") if isinstance(answer, dict) else None
        if not isinstance(user, dict) or not user.get("id"):
            raise UnexpectedAnswer("Azure DevOps did not return the app's identity.")
        return str(user["id"])
