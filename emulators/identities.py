"""The managed identities of the local platform, and their permissions.

They correspond to the identities that `infra/` creates: the app's, and one that only reads code. A token
carries the client id as `appid`; the emulators look it up here and refuse an unknown id.
https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/overview
"""

from dataclasses import dataclass

RESOURCE_ID = (
    "/subscriptions/00000000-0000-4000-8000-00000000000a/resourceGroups/autocoder"
    "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/"
)


@dataclass(frozen=True, slots=True)
class ManagedIdentity:
    """One identity: its ids, and whether it may change code or use Resource Manager, vault and storage."""

    name: str
    client_id: str
    writes_code: bool
    uses_azure: bool

    @property
    def principal_id(self) -> str:
        """The object id of its service principal; `tokens.mint` gives both the same value."""
        return self.client_id

    @property
    def resource_id(self) -> str:
        """Its id in Azure Resource Manager."""
        return RESOURCE_ID + self.name


APP = ManagedIdentity("app", "a0000000-0000-4000-8000-000000000001", writes_code=True, uses_azure=True)
READER = ManagedIdentity(
    "reader", "a0000000-0000-4000-8000-000000000002", writes_code=False, uses_azure=False
)
SYSTEM_ASSIGNED = APP  # the identity of a request that names none
ALL = (APP, READER)


def by_client_id(client_id: str) -> ManagedIdentity | None:
    """Return the identity with *client_id*, or None when there is none."""
    return next((identity for identity in ALL if identity.client_id == client_id.lower()), None)
