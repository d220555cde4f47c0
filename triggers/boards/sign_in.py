"""The sign-in of a person who uses the extension's pages, in front of every route under `/api/boards`.

A request has two tokens. The extension's app token says which extension calls. The person's own access token
says who it is, and what they may see and change (`person.py`). Both are forgotten when the request ends.

https://learn.microsoft.com/azure/devops/extend/develop/auth
"""

import asyncio
import functools
import re
from dataclasses import dataclass, field, replace
from typing import Any

import azure.functions as func

from autocoder.clients.connect import clients, redacting
from autocoder.settings import SettingsError, settings
from autocoder.sign_in.app_token import Extension, has_form, key_problem, token_problem
from triggers.answers import Trigger, guarded
from triggers.boards.denials import not_signed_in
from triggers.operations import Operation

APP_TOKEN, USER_TOKEN = "Authorization", "X-Azure-DevOps-Token"
MIN_USER_TOKEN_LENGTH, MAX_USER_TOKEN_LENGTH = 20, 16_384
CREDENTIALS = {
    "extensionToken": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "userToken": {"type": "apiKey", "in": "header", "name": USER_TOKEN},
}
_USER_TOKEN = re.compile(rf"[\x21-\x7e]{{{MIN_USER_TOKEN_LENGTH},{MAX_USER_TOKEN_LENGTH}}}")


@dataclass(frozen=True, slots=True)
class Tokens:
    """The two tokens of a request; each is empty where it is missing or does not have a token's form."""

    app: str = field(repr=False)
    user: str = field(repr=False)


def signed_in(trigger: Trigger) -> Trigger:
    """Let *trigger* answer only requests with a valid app token and with a token of the person.

    Both are redacted meanwhile, also in the answer to an error.
    """

    @guarded
    async def checked(req: func.HttpRequest, **others: Any) -> func.HttpResponse:
        await asyncio.to_thread(_check, tokens_of(req))
        return await trigger(req, **others)

    @functools.wraps(trigger)
    async def handle(req: func.HttpRequest, **others: Any) -> func.HttpResponse:
        tokens = tokens_of(req)
        with redacting(tokens.app, tokens.user):
            return await checked(req, **others)

    return handle


def twin(other: Operation, *codes: str) -> Operation:
    """Return *other* for people who sign in; 403 has one of *codes*, and there is none without them."""
    errors = {**other.errors, 401: ("not_signed_in",), 403: codes}
    given = {status: found for status, found in errors.items() if found}
    return replace(other, tag="boards", errors=given, credentials=CREDENTIALS, needs_all=True)


def tokens_of(req: func.HttpRequest) -> Tokens:
    """Return the tokens in the headers of *req*, whose form alone is checked."""
    scheme, _, app = req.headers.get(APP_TOKEN, "").partition(" ")
    user = req.headers.get(USER_TOKEN, "")
    return Tokens(
        app=app if scheme.lower() == "bearer" and has_form(app) else "",
        user=user if _USER_TOKEN.fullmatch(user) else "",
    )


def extension() -> Extension:
    """Return the extension that may sign people in. Raises `SettingsError` when it is not configured."""
    given = settings()
    needed = {"EXTENSION_ID": given.extension_id, "EXTENSION_TENANTS": given.extension_tenants}
    missing = [name for name, value in needed.items() if not value]
    if given.extension_id is None or missing:
        raise SettingsError(f"Set {' and '.join(missing)}, so that people can sign in in Azure Boards.")
    keys = tuple(_key(name, setting) for setting, name in given.extension_key_secrets().items())
    return Extension(given.extension_id, given.extension_tenants, keys)


def _key(secret: str, setting: str) -> str:
    """Return the key in *secret*, which *setting* names. Raises `SettingsError` when it cannot be one."""
    value = clients().vault.read_secret(secret)
    if value is None:
        raise SettingsError(
            f"Key Vault has no secret {secret} ({setting}), or the app may not read it. "
            "Store the extension's certificate there, or correct the setting."
        )
    key = value.strip()
    problem = key_problem(key)
    if problem:
        raise SettingsError(
            f"The secret {secret} ({setting}) is not an extension's certificate: {problem}. "
            "Copy the certificate's text from the publisher portal."
        )
    return key


def _check(tokens: Tokens) -> None:
    """Check the app token, and that there is a person's token. Raises `BadRequest` (401)."""
    accepted = extension()
    if not tokens.app:
        raise not_signed_in(
            f"The extension's app token (header {APP_TOKEN}: Bearer ...) is missing or malformed."
        )
    problem = token_problem(tokens.app, accepted)
    if problem:
        raise not_signed_in(f"The extension's app token (header {APP_TOKEN}) is not valid: {problem}.")
    if not tokens.user:
        raise not_signed_in(f"The person's access token (header {USER_TOKEN}) is missing or malformed.")
