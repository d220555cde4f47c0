"""The sign-in of a person who uses the extension's pages, in front of every route under `/api/boards`.

A request has two tokens. The extension's app token says which extension calls. The person's own access token
says who it is, and what they may see and change; the app asks Azure DevOps with it at most three times. Both
are forgotten when the request ends.

https://learn.microsoft.com/azure/devops/extend/develop/auth
"""

import asyncio
import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

import azure.functions as func

from autocoder.clients.azure_devops.caller import Caller, Person
from autocoder.clients.connect import clients
from autocoder.errors import NotFound
from autocoder.requests.requesters import is_member, may_contribute
from autocoder.settings import SettingsError, settings
from autocoder.sign_in.app_token import Extension, token_problem
from autocoder.sign_in.denial import Denial, not_contributor, not_in_group, not_signed_in, not_visible
from triggers.answers import BadRequest, Trigger, error, guarded

APP_TOKEN, USER_TOKEN = "Authorization", "X-Azure-DevOps-Token"
CREDENTIALS = {
    "extensionToken": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "userToken": {"type": "apiKey", "in": "header", "name": USER_TOKEN},
}
SIGN_IN_ERRORS = {401: ("not_signed_in",)}
_USER_TOKEN = re.compile(r"[\x21-\x7e]{1,16384}")


def signed_in(trigger: Trigger) -> Trigger:
    """Let *trigger* answer only requests with a valid app token, and redact both tokens meanwhile."""

    @guarded
    async def answering(req: func.HttpRequest, **others: Any) -> func.HttpResponse:
        denial = await asyncio.to_thread(_app_token_denial, req.headers)
        if denial is not None:
            _deny(denial)
        return await trigger(req, **others)

    @guarded
    @functools.wraps(trigger)
    async def handle(req: func.HttpRequest, **others: Any) -> func.HttpResponse:
        with clients().guarding(_app_token(req.headers), req.headers.get(USER_TOKEN, "")):
            return await answering(req, **others)

    return handle


@dataclass(frozen=True)
class Visit:
    """What the owner of an access token may do in one organisation; each check raises `BadRequest`."""

    organization: str
    caller: Caller

    async def person(self) -> Person:
        """Return who the person is. Raises `BadRequest` (401) when Azure DevOps does not know them."""
        return await asyncio.to_thread(self._person)

    async def check_item(self, project: str, work_item_id: int) -> None:
        """Check that the person may see the work item. Raises `BadRequest`: 401, or 403 `not_visible`."""
        sees = await asyncio.to_thread(self.caller.sees_work_item, project, work_item_id)
        if sees is None:
            _deny(self._unknown())
        if not sees:
            _deny(not_visible(work_item_id, project))

    async def check_contribute(self, project: str, repository: str, person: Person | None = None) -> None:
        """Check that the person may contribute; *person* is who they are, if that was read already.

        Raises `BadRequest`: 401, or 403 `not_contributor`.
        """
        if not await asyncio.to_thread(self._may_contribute, project, repository, person):
            _deny(not_contributor(repository))

    async def check_group(self, person: Person) -> None:
        """Check ALLOWED_REQUESTERS_GROUP, if it is set. Raises `BadRequest`: 403 `not_allowed`."""
        group = settings().allowed_requesters_group
        if group and not await asyncio.to_thread(self._is_in_group, person, group):
            _deny(not_in_group())

    def _person(self) -> Person:
        person = self.caller.person()
        if person is None:
            _deny(self._unknown())
        return person

    def _may_contribute(self, project: str, repository: str, person: Person | None) -> bool:
        """Ask as the caller; if that API refuses their token, read the access control list as the app."""
        app = clients().azure_devops(self.organization)
        try:
            found = app.git.get_repository(project, repository)
        except NotFound:
            return False
        allowed = self.caller.may_contribute(found.project_id, found.id)
        if allowed is not None:
            return allowed
        identity = app.permissions.identity((person or self._person()).id)
        if identity is None:
            return False
        return may_contribute(app.permissions.git_entries(found.project_id, found.id, identity))

    def _is_in_group(self, person: Person, group: str) -> bool:
        permissions = clients().azure_devops(self.organization).permissions
        identity = permissions.identity(person.id)
        return identity is not None and is_member(identity, permissions.group(group))

    def _unknown(self) -> Denial:
        return not_signed_in(
            f"Azure DevOps does not accept the person's access token (header {USER_TOKEN}) for the "
            f"organisation {self.organization}. Reload the page to sign in again."
        )


def visit_of(req: func.HttpRequest, organization: str) -> Visit:
    """Return the visit of the person whose token *req* carries.

    Raises `BadRequest` (401) without a token, or when the app does not serve *organization*: no token is sent
    to Azure DevOps then.
    """
    if not settings().serves(organization):
        _deny(not_signed_in("This app does not serve that organisation; ALLOWED_ORGANIZATIONS must list it."))
    token = req.headers.get(USER_TOKEN, "")
    if not _USER_TOKEN.fullmatch(token):
        _deny(not_signed_in(f"The person's access token (header {USER_TOKEN}) is missing or malformed."))
    return Visit(organization, clients().caller(organization, token))


def extension() -> Extension:
    """Return the extension that may sign people in. Raises `SettingsError` when it is not configured."""
    given = settings()
    needed = {"EXTENSION_ID": given.extension_id, "EXTENSION_TENANTS": given.extension_tenants}
    missing = [name for name, value in needed.items() if not value]
    if given.extension_id is None or missing:
        raise SettingsError(f"Set {' and '.join(missing)}, so that people can sign in in Azure Boards.")
    current, *previous = [
        (clients().vault.read_secret(name) or "").strip() for name in given.extension_key_secrets()
    ]
    if not current:
        raise SettingsError(
            f"Key Vault has no secret {given.extension_key_secret} (EXTENSION_KEY_SECRET), or the app may "
            "not read it. Store the extension's certificate there."
        )
    keys = (current, *(key for key in previous if key))
    return Extension(given.extension_id, given.extension_tenants, keys)


def _app_token_denial(headers: Mapping[str, str]) -> Denial | None:
    accepted, token = extension(), _app_token(headers)
    if not token:
        return not_signed_in(f"The extension's app token (header {APP_TOKEN}: Bearer ...) is missing.")
    problem = token_problem(token, accepted)
    if problem:
        return not_signed_in(f"The extension's app token (header {APP_TOKEN}) is not valid: {problem}.")
    return None


def _app_token(headers: Mapping[str, str]) -> str:
    scheme, _, token = headers.get(APP_TOKEN, "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _deny(denial: Denial) -> NoReturn:
    raise BadRequest(error(denial.status, denial.code, denial.message))
