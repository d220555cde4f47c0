"""Checks tokens for Resource Manager, and the roles of the local identities.

https://learn.microsoft.com/azure/role-based-access-control/troubleshooting and
https://learn.microsoft.com/rest/api/azure/#create-the-request
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jwt
from aiohttp import web

from emulators import identities, tokens
from emulators.azure_resource_manager.errors import ResourceManagerError

AUTHORITY = f"https://login.windows.net/{tokens.TENANT}"


def admit(state: Path, request: web.Request, action: str, scope: str) -> None:
    """Check that the caller may do *action* on *scope*; raises `ResourceManagerError` (401, 403)."""
    claims = authenticate(state, request)
    identity = identities.by_client_id(str(claims.get("appid", "")))
    if identity is None or not identity.uses_azure:
        message = (
            f"The client '{claims.get('appid')}' with object id '{claims.get('oid')}' does not have "
            f"authorization to perform action '{action}' over scope '{scope}' or the scope is invalid. If "
            "access was recently granted, please refresh your credentials."
        )
        raise ResourceManagerError(403, "AuthorizationFailed", message)


def authenticate(state: Path, request: web.Request) -> Mapping[str, Any]:
    """Return the claims of the caller's token; raises `ResourceManagerError` (401) without a valid one."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        message = "Authentication failed. The 'Authorization' header is missing."
        raise _unauthenticated("AuthenticationFailed", message)
    try:
        return tokens.check(state, token, resource=tokens.RESOURCE_MANAGER_RESOURCE)
    except tokens.TokenError as error:
        raise _unauthenticated(*_reason(error)) from error


def _reason(error: tokens.TokenError) -> tuple[str, str]:
    """Return the service's code and message for a token that is not valid."""
    if isinstance(error.__cause__, jwt.ExpiredSignatureError):
        return "ExpiredAuthenticationToken", "The access token expiry is earlier than current time."
    if isinstance(error.__cause__, jwt.InvalidAudienceError):
        message = (
            "The access token has been obtained for wrong audience or resource. It should exactly match with "
            f"one of the allowed audiences '{tokens.RESOURCE_MANAGER_RESOURCE}'."
        )
        return "InvalidAuthenticationTokenAudience", message
    return "InvalidAuthenticationToken", "The access token is invalid."


def _unauthenticated(code: str, message: str) -> ResourceManagerError:
    challenge = (
        f'Bearer authorization_uri="{AUTHORITY}", error="invalid_token", error_description="{message}"'
    )
    return ResourceManagerError(401, code, message, {"WWW-Authenticate": challenge})
