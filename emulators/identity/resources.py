"""The resources of tokens: those with an emulator, and others that Microsoft Entra ID knows.

https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/managed-identities-status and
https://learn.microsoft.com/troubleshoot/entra/entra-id/app-integration/error-code-aadsts500011-resource-principal-not-found
"""

import re

from emulators import tokens

SERVED = frozenset(
    {
        tokens.AZURE_DEVOPS_RESOURCE,
        tokens.RESOURCE_MANAGER_RESOURCE,
        tokens.STORAGE_RESOURCE,
        tokens.VAULT_RESOURCE,
    }
)
NOT_COVERED = frozenset(
    {
        *("https://management.core.windows.net", "https://graph.microsoft.com", "https://graph.windows.net"),
        *("https://monitor.azure.com", "https://containerregistry.azure.net", "https://durabletask.io"),
        *("https://cognitiveservices.azure.com", "https://ai.azure.com", "https://search.azure.com"),
        *("https://database.windows.net", "https://ossrdbms-aad.database.windows.net"),
        *("https://servicebus.azure.net", "https://eventhubs.azure.net", "https://eventgrid.azure.net"),
        *("https://azconfig.io", "https://batch.core.windows.net", "https://datalake.azure.net"),
        *("https://redis.azure.com", "https://managedhsm.azure.net", "https://api.loganalytics.io"),
    }
)
STORAGE_ACCOUNT = re.compile(r"https://[a-z0-9]{3,24}\.(?:blob|queue|table|file|dfs)\.core\.windows\.net")


def is_served(resource: str) -> bool:
    """Whether an emulator accepts tokens for *resource*; a trailing slash is ignored."""
    return resource.removesuffix("/") in SERVED


def is_known(resource: str) -> bool:
    """Whether *resource* is a known service without an emulator."""
    name = resource.removesuffix("/")
    return name in NOT_COVERED or STORAGE_ACCOUNT.fullmatch(name) is not None


def not_found(resource: str) -> str:
    """Return the message of Microsoft Entra ID for a *resource* that it does not know."""
    return (
        f"AADSTS500011: The resource principal named {resource} was not found in the tenant named "
        f"{tokens.TENANT}. This can happen if the application has not been installed by the administrator of "
        "the tenant or consented to by any user in the tenant. You might have sent your authentication "
        "request to the wrong tenant."
    )
