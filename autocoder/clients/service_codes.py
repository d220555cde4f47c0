"""What the error codes of Azure's resource manager and of Container Instances mean for whoever asked.

https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors
https://learn.microsoft.com/azure/container-instances/container-instances-troubleshooting
"""

NO_CAPACITY = frozenset({"ContainerGroupQuotaReached", "ServiceUnavailable"})
NO_IMAGE = frozenset({"InaccessibleImage", "RegistryErrorResponse"})
BUSY = frozenset({"ContainerGroupTransitioning", "ContainerGroupDeploymentNotReady", "ServerBusy"})
# Only a person can mend these, as those that begin with INVALID. Any other refusal may pass.
INVALID = "Invalid"
FINAL = frozenset(
    [
        "BadRequest",
        "DisallowedOperation",
        "LocationNotAvailableForResourceType",
        "MissingSubscriptionRegistration",
        "NoRegisteredProviderFound",
        "OsVersionMismatch",
        "ReadOnlyDisabledSubscription",
        "RequestDisallowedByPolicy",
        "ResourceGroupNotFound",
        "ScopeLocked",
        "SubnetMissingRequiredDelegation",
        "SubscriptionNotFound",
        "SubscriptionNotRegistered",
    ]
)


def is_final(code: str) -> bool:
    """Whether a refusal with this *code* stays one until a person changes something."""
    return code in FINAL or code.startswith(INVALID)


def is_lack_of_room(code: str) -> bool:
    """Whether an error with this *code* says that the region has no quota or capacity left."""
    return code in NO_CAPACITY
