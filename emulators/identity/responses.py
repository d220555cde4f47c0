"""Tokens over HTTP: https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference."""

import hmac
import time
from collections.abc import Mapping
from pathlib import Path

from aiohttp import web

from emulators import identities, tokens
from emulators.identities import ManagedIdentity
from emulators.identity import resources
from emulators.identity.errors import not_covered, refused

API_VERSION, OLDER_VERSION = "2019-08-01", "2017-09-01"
NAMES_AN_IDENTITY = ("client_id", "principal_id", "object_id", "mi_res_id")  # `object_id`: an alias
PARAMETERS = ("api-version", "resource", *NAMES_AN_IDENTITY)
NO_SUCH_IDENTITY = (
    "No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId."
)


class TokenEndpoint:
    """Answers `GET /msi/token` with tokens signed by this machine's key under *state*."""

    def __init__(self, state: Path, header: str) -> None:
        self.state = state
        self.header = header

    async def token(self, request: web.Request) -> web.Response:
        """Return a token for the resource and identity in the query, or an error."""
        query = request.query
        if query.get("api-version") == OLDER_VERSION:
            return not_covered(f"A token request with api-version {OLDER_VERSION} (MSI_ENDPOINT)")
        if not self._is_trusted(request):
            return refused(401, "The X-IDENTITY-HEADER header is missing or does not match IDENTITY_HEADER.")
        problem = problem_with(query)
        if problem is not None:
            return refused(400, problem)
        unknown = next((name for name in query if name not in PARAMETERS), None)
        if unknown is not None:
            return not_covered(f"A token request with the query parameter '{unknown}'")
        identity = identity_for(query)
        if identity is None:
            return refused(400, NO_SUCH_IDENTITY)
        return self._granted(identity, query["resource"])

    def _is_trusted(self, request: web.Request) -> bool:
        given = request.headers.get("X-IDENTITY-HEADER", "")
        return hmac.compare_digest(given.encode(), self.header.encode())

    def _granted(self, identity: ManagedIdentity, resource: str) -> web.Response:
        if resources.is_known(resource):
            return not_covered(f"A token for {resource}")
        if not resources.is_served(resource):
            return refused(400, resources.not_found(resource))
        lifetime = tokens.LIFETIME_SECONDS
        token = tokens.mint(self.state, resource=resource, client_id=identity.client_id, lifetime=lifetime)
        body = {
            "access_token": token,
            "client_id": identity.client_id,
            "expires_on": str(int(time.time()) + lifetime),
            "resource": resource,
            "token_type": "Bearer",
        }
        return web.json_response(body)


def problem_with(query: Mapping[str, str]) -> str | None:
    """Return the error in *query*, or None."""
    if query.get("api-version") != API_VERSION:
        return f"The api-version query parameter must be {API_VERSION}."
    if not query.get("resource"):
        return "The resource query parameter is required."
    if sum(name in query for name in NAMES_AN_IDENTITY) > 1:
        return f"Only one of {', '.join(NAMES_AN_IDENTITY)} may name the identity."
    return None


def identity_for(query: Mapping[str, str]) -> ManagedIdentity | None:
    """Return the identity that *query* names; the system-assigned one by default."""
    name = next((name for name in NAMES_AN_IDENTITY if name in query), None)
    if name is None:
        return identities.SYSTEM_ASSIGNED
    wanted = query[name].lower()
    return next((one for one in identities.ALL if _id_of(one, name).lower() == wanted), None)


def _id_of(identity: ManagedIdentity, name: str) -> str:
    """Return the kind of id of *identity* that the query parameter *name* expects."""
    if name == "mi_res_id":
        return identity.resource_id
    return identity.client_id if name == "client_id" else identity.principal_id
