"""Key Vault's error answers: `{"error": {"code", "message", "innererror": {"code"}}}`.

Shapes: https://learn.microsoft.com/azure/key-vault/general/rest-error-codes.
"""

from collections.abc import Mapping
from typing import Any

from emulators import tokens

CHALLENGE = {
    "WWW-Authenticate": (
        f'Bearer authorization="https://login.microsoftonline.com/{tokens.TENANT}", '
        f'resource="{tokens.VAULT_RESOURCE}"'
    )
}


class VaultError(Exception):
    """An answer that is no success: status, code, message, inner code and headers."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        inner: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = dict(headers or {})
        self.error: dict[str, Any] = {"code": code, "message": message}
        if inner:
            self.error["innererror"] = {"code": inner}


def unauthorized(message: str) -> VaultError:
    """401 with the challenge that tells a client where to get a token, and for which resource."""
    return VaultError(401, "Unauthorized", message, headers=CHALLENGE)


def forbidden(claims: Mapping[str, Any], action: str, vault: str, name: str) -> VaultError:
    """403 as a vault with role-based access answers an identity that lacks the role for *action*."""
    caller = f"appid={claims.get('appid')};oid={claims.get('oid')};iss={claims.get('iss')}"
    resource = f"{vault}/secrets/{name}" if name else vault
    message = (
        "Caller is not authorized to perform action on resource.\r\nIf role assignments, deny assignments or "
        "role definitions were changed recently, please observe propagation time.\r\n"
        f"Caller: {caller}\r\nAction: 'Microsoft.KeyVault/vaults/secrets/{action}/action'\r\n"
        f"Resource: '{resource}'\r\nAssignment: (not found)\r\nDecisionReason: 'DeniedWithNoValidRBAC'\r\n"
        f"Vault: {vault.rpartition('/')[2]}"
    )
    return VaultError(403, "Forbidden", message, inner="ForbiddenByRbac")


def not_found(name: str) -> VaultError:
    """404 for a secret, or a version of it, that is not there."""
    message = (
        f"A secret with (name/id) {name} was not found in this key vault. If you recently deleted this "
        "secret you may be able to recover it using the correct recovery command. For help resolving this "
        "issue, please see https://go.microsoft.com/fwlink/?linkid=2125182"
    )
    return VaultError(404, "SecretNotFound", message)


def disabled(operation: str = "get") -> VaultError:
    """403 for a secret whose `enabled` attribute is false."""
    message = f"Operation {operation} is not allowed on a disabled secret."
    return VaultError(403, "Forbidden", message, inner="SecretDisabled")


def deleted_but_recoverable(name: str) -> VaultError:
    """409 for a write to a name that a soft-deleted secret still holds."""
    message = (
        f"Secret {name} is currently in a deleted but recoverable state, and its name cannot be reused; in "
        "this state, the secret can only be recovered or purged."
    )
    return VaultError(409, "Conflict", message, inner="ObjectIsDeletedButRecoverable")


def bad_parameter(message: str) -> VaultError:
    """400 for a request that is not one the service knows."""
    return VaultError(400, "BadParameter", message)
