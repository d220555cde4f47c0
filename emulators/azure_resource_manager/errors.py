"""Resource Manager's error answers: `{"error": {"code", "message"}}`.

https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors and
https://learn.microsoft.com/troubleshoot/azure/azure-container-instances/welcome-container-instances
"""

from collections.abc import Mapping

from emulators.refusals import not_covered as message_of

EMULATOR = "azure_resource_manager"
PROVIDER = "Microsoft.ContainerInstance"
GROUP_TYPE = PROVIDER + "/containerGroups"


class ResourceManagerError(Exception):
    """An error answer: status, code, message and headers."""

    def __init__(
        self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.headers = dict(headers or {})

    @property
    def body(self) -> dict[str, dict[str, str]]:
        """The JSON of the answer."""
        return {"error": {"code": self.code, "message": str(self)}}


def invalid(code: str, message: str) -> ResourceManagerError:
    """400 for a group that the service refuses."""
    return ResourceManagerError(400, code, message)


def not_covered(operation: str) -> ResourceManagerError:
    """501 for a documented *operation* that is not covered; also logs it."""
    return ResourceManagerError(501, "NotImplemented", message_of(EMULATOR, operation))


def transitioning(group: str) -> ResourceManagerError:
    """409 for an operation on a group in transition."""
    message = f"The container group '{group}' is still transitioning, please retry later."
    return ResourceManagerError(409, "ContainerGroupTransitioning", message)


def group_not_found(group: str, resource_group: str) -> ResourceManagerError:
    """404 for a container group that does not exist."""
    message = (
        f"The Resource '{GROUP_TYPE}/{group}' under resource group '{resource_group}' was not found. For "
        "more details please go to https://aka.ms/ARMResourceNotFoundFix"
    )
    return ResourceManagerError(404, "ResourceNotFound", message)


def container_not_found(container: str, group: str) -> ResourceManagerError:
    """404 for a container that its group does not have."""
    message = f"The container '{container}' is not found in container group '{group}'."
    return ResourceManagerError(404, "ContainerNotFound", message)


def quota_reached(
    quota: str, region: str, limit: float, usage: float, requested: float
) -> ResourceManagerError:
    """400 for a group that exceeds a quota of the region."""
    message = (
        f"Resource type '{GROUP_TYPE}' container group quota '{quota}' exceeded in region '{region}'. "
        f"Limit: '{limit:g}', Usage: '{usage:g}' Requested: '{requested:g}'."
    )
    return ResourceManagerError(400, "ContainerGroupQuotaReached", message)


def too_many_requests(operation: str, seconds: int) -> ResourceManagerError:
    """429 for more creates or deletes than the region allows in a period."""
    message = (
        f"The request is being throttled as the limit has been reached for operation '{operation}'. "
        f"Please try again after '{seconds}' seconds."
    )
    return ResourceManagerError(429, "TooManyRequests", message, {"Retry-After": str(seconds)})
