"""The app token of the extension: a JWT that says which extension calls, without I/O.

Azure DevOps signs it with the extension's certificate:
https://learn.microsoft.com/azure/devops/extend/develop/auth
"""

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import jwt  # slow to import, and not needed at a cold start

ALGORITHM = "HS256"
ISSUER = "app.vstoken.visualstudio.com"
LEEWAY_SECONDS = 60  # the clocks of two services differ
MAX_TOKEN_LENGTH = 8_192
REQUIRED_CLAIMS = ("nameid", "tid", "iss", "aud", "nbf", "exp")
_FORM = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Extension:
    """The extension whose tokens are accepted: its id, its tenants, and its current and previous keys."""

    id: str
    tenants: tuple[str, ...]
    keys: tuple[str, ...] = field(repr=False)


def token_problem(token: str, extension: Extension) -> str:
    """Return why *token* is not an app token of *extension*; empty when it is one."""
    if len(token) > MAX_TOKEN_LENGTH or not _FORM.fullmatch(token):
        return "it is not a token of the extension"
    import jwt

    for key in extension.keys:
        try:
            claims = _claims(token, key, extension)
        except (jwt.InvalidSignatureError, jwt.InvalidKeyError):
            continue
        except jwt.PyJWTError as error:
            return _reason(error)
        except (ValueError, TypeError, OverflowError, RecursionError):
            return "it is not a token of the extension"
        return _claims_problem(claims, extension)
    return "it was not signed with the extension's key"


def _claims(token: str, key: str, extension: Extension) -> dict[str, Any]:
    """Return the claims of *token*; raises `jwt.PyJWTError` when it is not valid with *key*."""
    import jwt

    claims: dict[str, Any] = jwt.decode(
        token,
        key,
        algorithms=[ALGORITHM],
        audience=extension.id,
        issuer=ISSUER,
        leeway=LEEWAY_SECONDS,
        options={"require": list(REQUIRED_CLAIMS), "strict_aud": True},
    )
    return claims


def _claims_problem(claims: dict[str, Any], extension: Extension) -> str:
    tenant, person = claims["tid"], claims["nameid"]
    if not isinstance(person, str) or not person:
        return "it names no person"
    if not isinstance(tenant, str) or tenant.lower() not in extension.tenants:
        return "it was issued in a tenant that EXTENSION_TENANTS does not list"
    return ""


def _reason(error: "jwt.PyJWTError") -> str:
    """Return the reason in general words: the library's own text may repeat parts of the token."""
    import jwt

    reasons: dict[type[Exception], str] = {
        jwt.ExpiredSignatureError: "it has expired; reload the page",
        jwt.ImmatureSignatureError: "it is not valid yet; check the clock",
        jwt.InvalidAudienceError: "it was issued for another extension",
        jwt.InvalidIssuerError: "it was not issued by Azure DevOps",
        jwt.MissingRequiredClaimError: "it lacks a claim",
        jwt.InvalidAlgorithmError: f"it was not signed with {ALGORITHM}",
    }
    found = (reason for kind, reason in reasons.items() if isinstance(error, kind))
    return next(found, "it is not a token of the extension")
