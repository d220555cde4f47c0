"""Access tokens of the local identity endpoint: minted by `identity`, checked by every other emulator.

The claims are those of a Microsoft Entra v1 access token that the services check (`aud`, `iss`, `appid`,
`oid`, `tid`, `nbf`, `exp`); see https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference.
They are signed with HS256 and a key of this machine, not with RS256 and a key of Entra.
"""

import secrets
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jwt

from emulators.private_files import create_private

TENANT = "00000000-0000-4000-8000-000000000001"
# the lifetime of a managed identity's token:
# https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/managed-identities-faq
LIFETIME_SECONDS = 24 * 3600
AZURE_DEVOPS_RESOURCE = "499b84ac-1321-427f-aa17-267ca6975798"
RESOURCE_MANAGER_RESOURCE = "https://management.azure.com"
STORAGE_RESOURCE = "https://storage.azure.com"
VAULT_RESOURCE = "https://vault.azure.net"


class TokenError(Exception):
    """A token that this machine did not issue, that has expired, or that is for another resource."""


def signing_key(state: Path) -> bytes:
    """Return this machine's signing key, made on first use under *state*."""
    path = state / "identity" / "signing.key"
    if not path.exists():
        create_private(path, secrets.token_hex(32))
    return path.read_bytes()


def mint(state: Path, *, resource: str, client_id: str, lifetime: int = LIFETIME_SECONDS) -> str:
    """Return an access token for *resource* (an audience without `/.default`), issued to *client_id*."""
    now = int(time.time())
    claims = {
        "aud": resource,
        "iss": f"https://sts.windows.net/{TENANT}/",
        "iat": now,
        "nbf": now,
        "exp": now + lifetime,
        "appid": client_id,
        "oid": client_id,
        "sub": client_id,
        "tid": TENANT,
        "ver": "1.0",
    }
    return jwt.encode(claims, signing_key(state), algorithm="HS256")


def check(state: Path, token: str, *, resource: str) -> Mapping[str, Any]:
    """Return the claims of *token*; raises `TokenError` when it is not valid for *resource*."""
    audiences = [resource, resource.rstrip("/"), resource.rstrip("/") + "/"]
    try:
        claims: dict[str, Any] = jwt.decode(
            token, signing_key(state), algorithms=["HS256"], audience=audiences, leeway=5
        )
    except jwt.InvalidTokenError as error:
        raise TokenError(str(error)) from error
    return claims
