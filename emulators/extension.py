"""The installed extension: its id, its key, and the app tokens that its pages get.

A page calls `SDK.getAppToken()` and sends the token to its backend, which checks it with the extension's
certificate as the key (HS256): https://learn.microsoft.com/azure/devops/extend/develop/auth
"""

import secrets
import time
import uuid
from pathlib import Path

import jwt

from emulators.private_files import create_private
from emulators.tokens import TENANT

EXTENSION_ID = "e0000000-0000-4000-8000-000000000001"
ISSUER = "app.vstoken.visualstudio.com"
LIFETIME_SECONDS = 70 * 60


def ensure_key(state: Path) -> str:
    """Return the text of the extension's certificate; it is made on first use under *state*."""
    path = state / "extension" / "certificate.key"
    if not path.exists():
        create_private(path, secrets.token_urlsafe(64))
    return path.read_text()


def mint_app_token(state: Path, person: str, lifetime: int = LIFETIME_SECONDS) -> str:
    """Return an app token of the extension for the *person* with this id, valid for *lifetime* seconds."""
    now = int(time.time())
    claims = {
        "nameid": person,
        "tid": TENANT,
        "jti": str(uuid.uuid4()),
        "iss": ISSUER,
        "aud": EXTENSION_ID,
        "nbf": now,
        "exp": now + lifetime,
    }
    return jwt.encode(claims, ensure_key(state), algorithm="HS256")
