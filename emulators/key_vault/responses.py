"""Secrets over HTTP: https://learn.microsoft.com/rest/api/keyvault/secrets/operation-groups."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aiohttp import web

from emulators import identities, tokens
from emulators.key_vault import errors
from emulators.key_vault.errors import VaultError
from emulators.key_vault.requests import (
    MAX_VALUE,
    Changes,
    Handler,
    NewVersion,
    Operation,
    body_of,
    page_of,
)
from emulators.key_vault.state import RECOVERABLE_DAYS, Secret, Vault

NAME = re.compile(r"[0-9a-zA-Z-]{1,127}")
VAULT_ID = (
    "/subscriptions/00000000-0000-4000-8000-00000000000a/resourcegroups/autocoder"
    "/providers/microsoft.keyvault/vaults/local"
)


@web.middleware
async def error_answers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn every `VaultError`, and an unknown path or method, into the service's answer."""
    try:
        return await handler(request)
    except web.HTTPNotFound:
        return _answer_of(errors.unknown_path(request.path))
    except web.HTTPMethodNotAllowed:
        return _answer_of(errors.unknown_method(request.method))
    except VaultError as error:
        return _answer_of(error)


def _answer_of(error: VaultError) -> web.Response:
    return web.json_response({"error": error.error}, status=error.status, headers=error.headers)


class Secrets:
    """The handlers of one vault; *state* is the folder with the key that signs tokens."""

    def __init__(self, state: Path, vault: Vault) -> None:
        self.state = state
        self.vault = vault

    def handler(self, operation: Operation, answer: Handler | None) -> Handler:
        """Return *answer* preceded by the common checks, or a refusal with 501 if it is None.

        The handler raises `VaultError` (400, 401, 501).
        """

        async def checked(request: web.Request) -> web.StreamResponse:
            self._claims(request)
            operation.check(request)
            if answer is None:
                raise errors.not_covered(operation.name)
            return await answer(request)

        return checked

    def admit(self, request: web.Request, action: str) -> str:
        """Return the name in the path; raises `VaultError` (401, 403, 400) unless *action* is allowed."""
        claims = self._claims(request)
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
        """Get Secret: one version with its value, or the latest; raises `VaultError` (403, 404)."""
        name = self.admit(request, "getSecret")
        secret, version = self.vault.version(name, request.match_info.get("version", ""))
        if not secret["versions"][version]["attributes"]["enabled"]:
            raise errors.disabled()
        return web.json_response(bundle(request, secret, version))

    async def set(self, request: web.Request) -> web.Response:
        """Set Secret: a new version; raises `VaultError` (400, 409)."""
        name = self.admit(request, "setSecret")
        body = await body_of(request, NewVersion)
        if len(body.value.encode()) > MAX_VALUE:
            raise errors.bad_parameter(f"Property 'value' is longer than {MAX_VALUE} bytes.")
        secret, version = self.vault.put(name, {"value": body.value, **body.settable()})
        return web.json_response(bundle(request, secret, version))

    async def update(self, request: web.Request) -> web.Response:
        """Update Secret: attributes, tags and content type of one version; the answer has no value."""
        name = self.admit(request, "setSecret")
        changes = (await body_of(request, Changes)).settable()
        secret, version = self.vault.change(name, request.match_info.get("version", ""), changes)
        return web.json_response(item(request, secret, version))

    async def delete(self, request: web.Request) -> web.Response:
        """Delete Secret: a soft deletion, which can be recovered or purged."""
        secret = self.vault.delete(self.admit(request, "delete"))
        return web.json_response(deleted_bundle(request, secret))

    async def list(self, request: web.Request) -> web.Response:
        """Get Secrets: the latest version of each, without its value."""
        self.admit(request, "readMetadata")
        live = [secret for secret in self.vault.secrets.values() if "deletedDate" not in secret]
        listed = [item(request, secret, next(reversed(secret["versions"])), short=True) for secret in live]
        return page_of(request, listed)

    async def versions(self, request: web.Request) -> web.Response:
        """Get Secret Versions: every version of one secret, without values."""
        secret = self.vault.live(self.admit(request, "readMetadata"))
        listed = [item(request, secret, version) for version in secret["versions"]]
        return page_of(request, listed)

    async def list_deleted(self, request: web.Request) -> web.Response:
        """Get Deleted Secrets: all deleted secrets, without values."""
        self.admit(request, "readMetadata")
        gone = [secret for secret in self.vault.secrets.values() if "deletedDate" in secret]
        return page_of(request, [deleted_bundle(request, secret, short=True) for secret in gone])

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
        """Purge Deleted Secret: deletes it for good, so that its name can be used again."""
        self.vault.purge(self.admit(request, "purge"))
        return web.Response(status=204)


def item(request: web.Request, secret: Secret, version: str, *, short: bool = False) -> dict[str, Any]:
    """Return one version without its value; with *short*, the id omits the version, as in lists."""
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


def deleted_bundle(request: web.Request, secret: Secret, *, short: bool = False) -> dict[str, Any]:
    """Return a deleted secret, with the dates of its deletion and purge; *short* is for lists."""
    latest = item(request, secret, next(reversed(secret["versions"])), short=short)
    return {
        **latest,
        "recoveryId": f"{request.scheme}://{request.host}/deletedsecrets/{secret['name']}",
        "deletedDate": secret["deletedDate"],
        "scheduledPurgeDate": secret["deletedDate"] + RECOVERABLE_DAYS * 86400,
    }
