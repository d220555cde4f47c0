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
MALFORMED = "it is not a token of the extension"
LEEWAY_SECONDS = 60  # the clocks of two services differ
MAX_TOKEN_LENGTH = 8_192
MIN_KEY_BYTES = 32  # of an HS256 key: RFC 7518, section 3.2
REQUIRED_CLAIMS = ("nameid", "tid", "iss", "aud", "nbf", "exp")
_FORM = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Extension:
    """The extension whose tokens are accepted: its id, its tenants (GUIDs in lower case), and its keys."""

    id: str
    tenants: tuple[str, ...]
    keys: tuple[str, ...] = field(repr=False)


def token_problem(token: str, extension: Extension) -> str:
    """Return why *token* is not an app token of *extension*; empty when it is one."""
    if not has_form(token):
        return MALFORMED
    import jwt

    for key in extension.keys:
        try:
            claims = _claims(token, key)
        except jwt.InvalidSignatureError:
            continue
        except jwt.PyJWTError as error:
            return _reason(error)
        return _claims_problem(claims, extension)
    return "it was not signed with the extension's key"


def has_form(text: str) -> bool:
    """Whether *text* has the form of an app token; nothing is known about its content then."""
    return len(text) <= MAX_TOKEN_LENGTH and bool(_FORM.fullmatch(text))


def key_problem(key: str) -> str:
    """Return why *key* cannot be the secret with which an extension's tokens are signed; empty if it can."""
    if not key.isprintable():
        return "it is more than one line of text, as a PEM file is"
    if len(key.encode()) < MIN_KEY_BYTES:
        return f"it has fewer than {MIN_KEY_BYTES} bytes"
    import jwt
    from jwt.algorithms import HMACAlgorithm

    try:
        HMACAlgorithm(HMACAlgorithm.SHA256).prepare_key(key)
    except jwt.InvalidKeyError:
        return "it is a key of another kind"
    return ""


def _claims(token: str, key: str) -> dict[str, Any]:
    """Return the claims of *token*; raises `jwt.PyJWTError` when it is not valid with *key*."""
    import jwt

    claims: dict[str, Any] = jwt.decode(
        token,
        key,
        algorithms=[ALGORITHM],
        issuer=ISSUER,
        leeway=LEEWAY_SECONDS,
        options={"require": list(REQUIRED_CLAIMS), "verify_aud": False},  # see `_claims_problem`
    )
    return claims


def _claims_problem(claims: dict[str, Any], extension: Extension) -> str:
    """Return why signed claims are not those of *extension*; GUIDs are compared without case."""
    tenant, person, audience = claims["tid"], claims["nameid"], claims["aud"]
    if not isinstance(audience, str) or audience.lower() != extension.id:
        return "it was issued for another extension"
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
        jwt.InvalidIssuerError: "it was not issued by Azure DevOps",
        jwt.MissingRequiredClaimError: "it lacks a claim",
        jwt.InvalidAlgorithmError: f"it was not signed with {ALGORITHM}",
    }
    found = (reason for kind, reason in reasons.items() if isinstance(error, kind))
    return next(found, MALFORMED)
