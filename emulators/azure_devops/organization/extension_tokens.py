"""Access tokens of a person, cut to scopes, as an extension gets them from `SDK.getAccessToken()`.

The service's tokens are JWTs that clients must not read; these are opaque, and only their hashes are stored.
https://learn.microsoft.com/azure/devops/extend/develop/auth
"""

import hashlib
import secrets
import time

from emulators.azure_devops.core.operations import OPERATIONS
from emulators.azure_devops.core.state import JSON, Identity, State

KIND = "extension token"
DEFAULT_MINUTES = 60.0
KNOWN_SCOPES = frozenset(scope for operation in OPERATIONS.values() for scope in operation.scopes)


def issue(state: State, person: Identity, scopes: list[str], minutes: float = DEFAULT_MINUTES) -> str:
    """Return a new token of *person* that is valid for *minutes*; 0 makes one that has expired already.

    Raises ValueError for an identity that is not a person, or for a scope that no operation has.
    """
    if person.kind != "user":
        raise ValueError(f"{person.display_name} is not a person")
    unknown = sorted(set(scopes) - KNOWN_SCOPES)
    if unknown:
        raise ValueError(f"no operation has the scope {', '.join(unknown)}")
    token = secrets.token_urlsafe(48)
    with state.store.transaction():
        _forget_expired(state)
        key, expires = digest(token), time.time() + minutes * 60
        row = {"key": key, "identity": person.id, "scopes": sorted(scopes), "expires": expires}
        state.store.put(KIND, key, row)
    return token


def find(state: State, token: str) -> JSON | None:
    """Return `{identity, scopes}` of a token that is valid now, or None."""
    row = state.store.get(KIND, digest(token))
    return row if row is not None and time.time() < row["expires"] else None


def is_opaque(token: str) -> bool:
    """Whether *token* has the form of these tokens; a JWT, as Microsoft Entra issues, has three parts."""
    return bool(token) and "." not in token


def digest(token: str) -> str:
    """Return what is stored of a secret token: enough to recognise it, and nothing to use it."""
    return hashlib.sha256(token.encode()).hexdigest()


def _forget_expired(state: State) -> None:
    for row in state.store.all(KIND):
        if row["expires"] <= time.time():
            state.store.remove(KIND, row["key"])
