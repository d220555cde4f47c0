"""The person behind a request from the extension's pages, and what they may see and change.

Azure DevOps is asked with the person's own access token, at most three times in a request: who they are,
whether they may see the work item (or the project), and whether they may read or change the repository.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import azure.functions as func

from autocoder.clients.azure_devops.caller import Caller, Person
from autocoder.clients.connect import clients
from autocoder.errors import NotFound, SignInRequired
from autocoder.models import Requester
from autocoder.requests.requesters import GENERIC_CONTRIBUTE, GENERIC_READ
from autocoder.settings import settings
from triggers.boards import denials
from triggers.boards.sign_in import USER_TOKEN, tokens_of

T = TypeVar("T")


@dataclass(frozen=True)
class SignedInPerson:
    """Who the owner of an access token is in one organisation, and what they may do there."""

    organization: str
    caller: Caller
    person: Person

    @property
    def requester(self) -> Requester:
        """The person as the requester of a run."""
        return Requester(id=self.person.id, name=self.person.name, source="boards")

    async def check_item(self, work_item_id: int, project: str = "") -> None:
        """Check that the person may see a work item, and that it is in *project* now, if that is given.

        Raises `BadRequest`: 401, or 403 `not_visible`.
        """
        found = await _asked(self.organization, self.caller.project_of, work_item_id)
        if found is None or (project and found.casefold() != project.casefold()):
            raise denials.not_visible(work_item_id, project)

    async def check_project(self, project: str) -> None:
        """Check that the person may see a project. Raises `BadRequest`: 401, or 403 `not_visible`."""
        if not await _asked(self.organization, self.caller.sees_project, project):
            raise denials.project_not_visible(project)

    async def check_read(self, project: str, repository: str) -> None:
        """Check that the person may read a repository. Raises `BadRequest`: 403 `not_reader`."""
        if not await asyncio.to_thread(self._has, GENERIC_READ, project, repository):
            raise denials.not_reader(repository)

    async def check_contribute(self, project: str, repository: str) -> None:
        """Check that the person may push to a repository. Raises `BadRequest`: 403 `not_contributor`."""
        if not await asyncio.to_thread(self._has, GENERIC_CONTRIBUTE, project, repository):
            raise denials.not_contributor(repository)

    async def check_group(self) -> None:
        """Check ALLOWED_REQUESTERS_GROUP, if it is set. Raises `BadRequest`: 403 `not_allowed`."""
        group = settings().allowed_requesters_group
        if group and not await asyncio.to_thread(self._is_in_group, group):
            raise denials.not_in_group()

    def _has(self, bit: int, project: str, repository: str) -> bool:
        """Ask as the person; if that API refuses their token, read the access control list as the app."""
        app = clients().azure_devops(self.organization)
        try:
            found = app.git.get_repository(project, repository)
        except NotFound:
            return False
        allowed = self.caller.has_permission(found.project_id, found.id, bit)
        if allowed is not None:
            return allowed
        identity = app.permissions.identity(self.person.id)
        return identity is not None and app.permissions.has_permission(
            identity, found.project_id, found.id, bit
        )

    def _is_in_group(self, group: str) -> bool:
        permissions = clients().azure_devops(self.organization).permissions
        identity = permissions.identity(self.person.id)
        return identity is not None and permissions.is_in_group(identity, group)


async def signed_in_person(req: func.HttpRequest, organization: str) -> SignedInPerson:
    """Return the person whose token *req* carries, as *organization* knows them.

    Raises `BadRequest` (401) when Azure DevOps does not accept the token, or when the app does not serve the
    organisation: the token is not sent there then.
    """
    if not settings().serves(organization):
        raise denials.not_signed_in(
            "This app does not serve that organisation; ALLOWED_ORGANIZATIONS must list it."
        )
    caller = clients().caller(organization, tokens_of(req).user)
    return SignedInPerson(organization, caller, await _asked(organization, caller.person))


async def _asked(organization: str, read: Callable[..., T], *given: Any) -> T:
    """Return the result of a *read* with the person's token. Raises `BadRequest` (401) if it is refused."""
    try:
        return await asyncio.to_thread(read, *given)
    except SignInRequired:
        message = (
            f"Azure DevOps does not accept the person's access token (header {USER_TOKEN}) for the "
            f"organisation {organization}. Reload the page to sign in again."
        )
        raise denials.not_signed_in(message) from None
