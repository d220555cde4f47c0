"""Secrets over HTTP: https://learn.microsoft.com/rest/api/keyvault/secrets/operation-groups."""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from aiohttp import web

from emulators import identities, tokens
from emulators.key_vault import errors
from emulators.key_vault.errors import VaultError
from emulators.key_vault.state import RECOVERABLE_DAYS, Secret, Vault, Version

NAME = re.compile(r"[0-9a-zA-Z-]{1,127}")
LARGEST_VALUE = 25 * 1024  # https://learn.microsoft.com/azure/key-vault/secrets/about-secrets
VAULT_ID = (
    "/subscriptions/00000000-0000-4000-8000-00000000000a/resourcegroups/autocoder"
    "/providers/microsoft.keyvault/vaults/local"
)
SETTABLE = ("enabled", "exp", "nbf")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def error_answers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn every `VaultError` into the service's answer."""
    try:
        return await handler(request)
    except VaultError as error:
        body = {"error": error.error}
        return web.json_response(body, status=error.status, headers=error.headers)


class Secrets:
    """The handlers of one vault, for callers that hold a token of this machine under *state*."""

    def __init__(self, state: Path, vault: Vault) -> None:
        self.state = state
        self.vault = vault

    def admit(self, request: web.Request, action: str) -> str:
        """Return the name in the path; raises 401, 400 or 403 when the caller may not do *action*."""
        claims = self._claims(request)
        if not request.query.get("api-version"):
            raise errors.bad_parameter("The api-version query parameter is required.")
        name = request.match_info.get("name", "")
        identity = identities.by_client_id(str(claims.get("appid", "")))
        if identity is None or not identity.uses_azure:
            raise errors.forbidden(claims, action, VAULT_ID, name.lower())
        if "name" in request.match_info and not NAME.fullmatch(name):
            raise errors.bad_parameter(f"The request URI contains an invalid name: {name}")
        return name

    def _claims(self, request: web.Request) -> Mapping[str, Any]:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise errors.unauthorized("AKV10000: Request is missing a Bearer or PoP token.")
        try:
            return tokens.check(self.state, token, resource=tokens.VAULT_RESOURCE)
        except tokens.TokenError as error:
            raise errors.unauthorized(f"AKV10022: The token is not valid for this vault: {error}") from error

    async def get(self, request: web.Request) -> web.Response:
        """Get Secret: one version with its value, the latest when the path names none."""
        name = self.admit(request, "getSecret")
        secret, version = self.vault.version(name, request.match_info.get("version", ""))
        if not secret["versions"][version]["attributes"]["enabled"]:
            raise errors.disabled()
        return web.json_response(bundle(request, secret, version))

    async def set(self, request: web.Request) -> web.Response:
        """Set Secret: a new version."""
        name = self.admit(request, "setSecret")
        secret, version = self.vault.put(name, content_of(await json_object(request)))
        return web.json_response(bundle(request, secret, version))

    async def update(self, request: web.Request) -> web.Response:
        """Update Secret: attributes, tags and content type of one version; the answer has no value."""
        name = self.admit(request, "setSecret")
        changes = changes_of(await json_object(request))
        secret, version = self.vault.change(name, request.match_info.get("version", ""), changes)
        return web.json_response(item(request, secret, version))

    async def delete(self, request: web.Request) -> web.Response:
        """Delete Secret: softly; it can be recovered or purged."""
        secret = self.vault.delete(self.admit(request, "delete"))
        return web.json_response(deleted_bundle(request, secret))

    async def list(self, request: web.Request) -> web.Response:
        """Get Secrets: the latest version of each, without its value."""
        self.admit(request, "readMetadata")
        live = [secret for secret in self.vault.secrets.values() if "deletedDate" not in secret]
        listed = [item(request, secret, next(reversed(secret["versions"])), short=True) for secret in live]
        return web.json_response({"value": listed, "nextLink": None})

    async def versions(self, request: web.Request) -> web.Response:
        """Get Secret Versions: every version of one secret, without values."""
        secret = self.vault.live(self.admit(request, "readMetadata"))
        listed = [item(request, secret, version) for version in secret["versions"]]
        return web.json_response({"value": listed, "nextLink": None})

    async def get_deleted(self, request: web.Request) -> web.Response:
        """Get Deleted Secret."""
        return web.json_response(
            deleted_bundle(request, self.vault.deleted(self.admit(request, "getSecret")))
        )

    async def recover(self, request: web.Request) -> web.Response:
        """Recover Deleted Secret."""
        secret = self.vault.recover(self.admit(request, "recover"))
        return web.json_response(item(request, secret, next(reversed(secret["versions"]))))

    async def purge(self, request: web.Request) -> web.Response:
        """Purge Deleted Secret: its name is free again."""
        self.vault.purge(self.admit(request, "purge"))
        return web.Response(status=204)


async def json_object(request: web.Request) -> dict[str, Any]:
    """Return the request's JSON object; raises 400."""
    try:
        body = json.loads(await request.text())
    except ValueError as error:
        raise errors.bad_parameter("The request body is not valid JSON.") from error
    if not isinstance(body, dict):
        raise errors.bad_parameter("The request body must be a JSON object.")
    return body


def content_of(body: Mapping[str, Any]) -> Version:
    """Return what a new version holds; raises 400 for a value that is missing, no string or too large."""
    value = body.get("value")
    if not isinstance(value, str):
        raise errors.bad_parameter("Property 'value' is required and must be a string.")
    if len(value.encode()) > LARGEST_VALUE:
        raise errors.bad_parameter(f"Property 'value' is longer than {LARGEST_VALUE} bytes.")
    return {"value": value, "attributes": {}, **changes_of(body)}


def changes_of(body: Mapping[str, Any]) -> Version:
    """Return the parts of *body* that a caller may set beside the value."""
    changes = {key: body[key] for key in ("contentType", "tags") if body.get(key) is not None}
    attributes = body.get("attributes") or {}
    chosen = {key: attributes[key] for key in SETTABLE if attributes.get(key) is not None}
    return {**changes, "attributes": chosen}


def item(request: web.Request, secret: Secret, version: str, *, short: bool = False) -> dict[str, Any]:
    """Return one version without its value; a *short* id, as a list has it, names no version."""
    kept = secret["versions"][version]
    address = f"{request.scheme}://{request.host}/secrets/{secret['name']}"
    attributes = {
        **kept["attributes"],
        "recoveryLevel": "Recoverable+Purgeable",
        "recoverableDays": RECOVERABLE_DAYS,
    }
    optional = {key: kept[key] for key in ("contentType", "tags") if key in kept}
    return {"id": address if short else f"{address}/{version}", "attributes": attributes, **optional}


def bundle(request: web.Request, secret: Secret, version: str) -> dict[str, Any]:
    """Return one version with its value."""
    return {"value": secret["versions"][version]["value"], **item(request, secret, version)}


def deleted_bundle(request: web.Request, secret: Secret) -> dict[str, Any]:
    """Return a deleted secret, with the dates of its deletion and of its purge."""
    latest = item(request, secret, next(reversed(secret["versions"])))
    return {
        **latest,
        "recoveryId": f"{request.scheme}://{request.host}/deletedsecrets/{secret['name']}",
        "deletedDate": secret["deletedDate"],
        "scheduledPurgeDate": secret["deletedDate"] + RECOVERABLE_DAYS * 86400,
    }
