"""Tokens over HTTP, as https://learn.microsoft.com/azure/app-service/overview-managed-identity describes."""

import hmac
import time
from collections.abc import Mapping
from pathlib import Path

from aiohttp import web

from emulators import identities, tokens
from emulators.identities import ManagedIdentity
from emulators.identity.errors import refused

API_VERSION = "2019-08-01"
NAMES_AN_IDENTITY = ("client_id", "principal_id", "object_id", "mi_res_id")  # `object_id`: an alias
NO_SUCH_IDENTITY = (
    "No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId."
)


class TokenEndpoint:
    """Answers `GET /msi/token` with tokens signed by this machine's key under *state*."""

    def __init__(self, state: Path, header: str) -> None:
        self.state = state
        self.header = header

    async def token(self, request: web.Request) -> web.Response:
        """Return a token for the resource and the identity that the query names, or the reason why not."""
        if not hmac.compare_digest(
            request.headers.get("X-IDENTITY-HEADER", "").encode(), self.header.encode()
        ):
            return refused(401, "The X-IDENTITY-HEADER header is missing or does not match IDENTITY_HEADER.")
        problem = problem_with(request.query)
        if problem is not None:
            return refused(400, problem)
        identity = identity_for(request.query)
        if identity is None:
            return refused(400, NO_SUCH_IDENTITY)
        return self._granted(identity, request.query["resource"])

    def _granted(self, identity: ManagedIdentity, resource: str) -> web.Response:
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
    """Return what is wrong with the *query*, or None."""
    if query.get("api-version") != API_VERSION:
        return f"The api-version query parameter must be {API_VERSION}."
    if not query.get("resource"):
        return "The resource query parameter is required."
    if sum(name in query for name in NAMES_AN_IDENTITY) > 1:
        return f"Only one of {', '.join(NAMES_AN_IDENTITY)} may name the identity."
    return None


def identity_for(query: Mapping[str, str]) -> ManagedIdentity | None:
    """Return the identity that *query* names; the system-assigned one when it names none."""
    named = [query[name] for name in NAMES_AN_IDENTITY if name in query]
    if not named:
        return identities.SYSTEM_ASSIGNED
    wanted = named[0].lower()
    return next(
        (
            one
            for one in identities.ALL
            if wanted in (one.client_id, one.principal_id, one.resource_id.lower())
        ),
        None,
    )
