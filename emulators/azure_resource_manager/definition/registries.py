"""Registry credentials, and the managed identities that pull images.

https://learn.microsoft.com/azure/container-instances/using-azure-container-registry-mi
"""

import re

from emulators.azure_resource_manager.definition.spec import GroupSpec, RegistryCredential
from emulators.azure_resource_manager.errors import invalid

IDENTITY_ID = re.compile(
    r"(?i)/subscriptions/[^/]+/resourceGroups/[^/]+"
    r"/providers/Microsoft\.ManagedIdentity/userAssignedIdentities/[^/]+"
)


def check_registries(spec: GroupSpec, group: str) -> None:
    """Raise `ResourceManagerError` (400) for an invalid identity or registry credential of *spec*."""
    for identity in spec.identity.user_assigned_identities:
        if not IDENTITY_ID.fullmatch(identity):
            message = f"The value '{identity}' is not the resource id of a user-assigned identity."
            raise invalid("LinkedInvalidPropertyId", message)
    if spec.identity.user_assigned_identities and "UserAssigned" not in spec.identity.type:
        message = f"The identity type '{spec.identity.type}' does not allow user-assigned identities."
        raise invalid("InvalidIdentityType", message)
    servers = [credential.server for credential in spec.properties.image_registry_credentials]
    if len(set(servers)) < len(servers):
        message = f"The 'imageRegistryCredentials' of container group '{group}' name a registry twice."
        raise invalid("DuplicateImageRegistryCredential", message)
    for credential in spec.properties.image_registry_credentials:
        _check_credential(credential, spec.identity.resource_ids, group)


def _check_credential(credential: RegistryCredential, identities: frozenset[str], group: str) -> None:
    """Raise 400 unless *credential* names a user with a password, or one of the group's *identities*."""
    signs_in = bool(credential.username and credential.password)
    if signs_in == bool(credential.identity):
        message = (
            f"The 'imageRegistryCredentials' of container group '{group}' need a user name and a password, "
            f"or an identity, for the registry '{credential.server}'."
        )
        raise invalid("InvalidImageRegistryCredential", message)
    if credential.identity and credential.identity.lower() not in identities:
        message = (
            f"The identity in the 'imageRegistryCredentials' of container group '{group}' not found in "
            "container group identity list"
        )
        raise invalid("InvalidImageRegistryIdentity", message)
