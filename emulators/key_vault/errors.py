"""Key Vault's error answers: `{"error": {"code", "message", "innererror": {"code"}}}`.

Error format: https://learn.microsoft.com/azure/key-vault/general/rest-error-codes.
"""

from collections.abc import Mapping
from typing import Any

from emulators import tokens
from emulators.refusals import not_covered as message_of

CHALLENGE = {
    "WWW-Authenticate": (
        f'Bearer authorization="https://login.microsoftonline.com/{tokens.TENANT}", '
        f'resource="{tokens.VAULT_RESOURCE}"'
    )
}


class VaultError(Exception):
    """An error answer: status, code, message, inner code and headers."""

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
    """404 for a secret, or a version of it, that does not exist."""
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
    """409 for a write to the name of a soft-deleted secret."""
    message = (
        f"Secret {name} is currently in a deleted but recoverable state, and its name cannot be reused; in "
        "this state, the secret can only be recovered or purged."
    )
    return VaultError(409, "Conflict", message, inner="ObjectIsDeletedButRecoverable")


def not_covered(request: str) -> VaultError:
    """501 for a documented *request* that is not covered; also logs it."""
    return VaultError(501, "NotImplemented", message_of("key_vault", request))


def unknown_path(path: str) -> VaultError:
    """404 for a *path* without documented operations."""
    return VaultError(404, "NotFound", f"No operation of a vault has the path '{path}'.")


def unknown_method(method: str) -> VaultError:
    """405 for a *method* that the path does not have."""
    return VaultError(405, "MethodNotAllowed", f"The method '{method}' is not allowed on this path.")


def bad_parameter(message: str) -> VaultError:
    """400 for a request that the service refuses."""
    return VaultError(400, "BadParameter", message)
