"""Identifies the caller: by a Microsoft Entra or extension access token (Bearer), or a personal one (Basic).

https://learn.microsoft.com/azure/devops/integrate/get-started/authentication/authentication-guidance
"""

import base64
import binascii
from dataclasses import dataclass

from aiohttp import web

from emulators import tokens
from emulators.azure_devops.core import errors
from emulators.azure_devops.core.state import Identity, State
from emulators.azure_devops.organization import extension_tokens

SIGN_IN_PAGE = """<!DOCTYPE html><html lang="en-US">
<head><title>Azure DevOps Services | Sign In</title></head>
<body><h1>Sign in to Azure DevOps</h1><p>Your browser or client has to sign in first.</p></body></html>"""
# a scope for writing includes reading: https://learn.microsoft.com/azure/devops/integrate/get-started/authentication/oauth
INCLUDES = {
    "vso.code": ("vso.code_write", "vso.code_manage", "vso.code_full"),
    "vso.code_write": ("vso.code_manage", "vso.code_full"),
    "vso.code_status": ("vso.code_write", "vso.code_manage", "vso.code_full"),
    "vso.threads_full": ("vso.code_write", "vso.code_manage", "vso.code_full"),
    "vso.work": ("vso.work_write", "vso.work_full"),
    "vso.work_write": ("vso.work_full",),
    "vso.build": ("vso.build_execute",),
    "vso.project_write": ("vso.project_manage",),
    "vso.project": (
        "vso.project_write",
        "vso.project_manage",
        "vso.code",
        "vso.code_write",
        "vso.work",
        "vso.work_write",
    ),
}
EVERYTHING = "app_token"  # the scope of a token with full access


@dataclass(frozen=True, slots=True)
class Credential:
    """An identity, and the scopes of its token; None means all rights of the identity.

    `of_extension` marks a token that an extension got for a person.
    """

    identity: Identity
    scopes: frozenset[str] | None = None
    of_extension: bool = False

    def covers(self, *scopes: str) -> bool:
        """Whether the token covers one of *scopes*; without scopes any token does."""
        if self.scopes is None or not scopes or EVERYTHING in self.scopes:
            return True
        wanted = {name for scope in scopes for name in (scope, *INCLUDES.get(scope, ()))}
        return not self.scopes.isdisjoint(wanted)


def credential_of(state: State, request: web.Request) -> Credential | None:
    """Return the credential of *request*, or None when it has none or an invalid one."""
    kind, value = _authorization(request)
    if kind == "bearer" and extension_tokens.is_opaque(value):
        return _from_extension_token(state, value)
    if kind == "bearer":
        return _from_token(state, value)
    if kind == "basic":
        return _from_basic(state, value)
    return None


def register_pat(state: State, token: str, identity: Identity, scopes: list[str] | None) -> None:
    """Make *token* a personal access token of *identity*; only its hash is stored."""
    state.store.put("pat", extension_tokens.digest(token), {"identity": identity.id, "scopes": scopes})


def sign_in_required(request: web.Request) -> web.Response:
    """Answer a request without a valid credential: a sign-in page with 203, or 401 for other methods.

    A token of an extension that is unknown or has expired is always 401.
    """
    kind, value = _authorization(request)
    refused = kind == "bearer" and extension_tokens.is_opaque(value)
    if request.method in ("GET", "POST", "HEAD") and not refused:
        return web.Response(status=203, text=SIGN_IN_PAGE, content_type="text/html", charset="utf-8")
    return web.json_response(errors.unauthorized().body(), status=401)


def _authorization(request: web.Request) -> tuple[str, str]:
    """Return the scheme, in lower case, and the value of the header `Authorization`."""
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    return kind.lower(), value.strip()


def _from_extension_token(state: State, token: str) -> Credential | None:
    row = extension_tokens.find(state, token)
    identity = None if row is None else state.identity(row["identity"])
    if row is None or identity is None:
        return None
    return Credential(identity, frozenset(row["scopes"]), of_extension=True)


def _from_token(state: State, token: str) -> Credential | None:
    try:
        claims = tokens.check(state.tokens, token, resource=tokens.AZURE_DEVOPS_RESOURCE)
    except tokens.TokenError:
        return None
    identity = state.identity(str(claims.get("appid", "")))
    return None if identity is None else Credential(identity)


def _from_basic(state: State, value: str) -> Credential | None:
    try:
        _, _, password = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    row = state.store.get("pat", extension_tokens.digest(password))
    identity = None if row is None else state.identity(row["identity"])
    if row is None or identity is None:
        return None
    return Credential(identity, None if row["scopes"] is None else frozenset(row["scopes"]))
