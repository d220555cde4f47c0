"""Checks the containers of a group: number, names, variables, resources and ports.

https://learn.microsoft.com/azure/container-instances/container-instances-resource-and-quota-limits and
https://learn.microsoft.com/azure/container-instances/container-instances-container-groups#resource-allocation
"""

from decimal import Decimal

from emulators.azure_resource_manager.definition.names import NAME, VARIABLE_NAME, check_unique
from emulators.azure_resource_manager.definition.spec import (
    Amount,
    AnyContainerSpec,
    ContainerSpec,
    GroupProperties,
    requests_of,
)
from emulators.azure_resource_manager.errors import invalid

RESERVED_PORTS = frozenset(
    {22, 9999, 19000, 19080, 19100, 19390}
    | {port for first, last in ((1025, 1027), (3389, 3399)) for port in range(first, last + 1)}
    | set(range(20000, 30001))
    | set(range(49152, 65535))
)
MAX_PORT = 65535
MAX_CONTAINERS = 60
MIN_CORES, MIN_GIGABYTES = 1, 1
MAX_CORES, MAX_GIGABYTES = 31, 240


def check_containers(group: GroupProperties) -> None:
    """Raise `ResourceManagerError` (400) for the first error in the containers of *group*."""
    if not group.containers:
        raise invalid("MissingContainers", "The container group must have at least one container.")
    if len(group.all_containers) > MAX_CONTAINERS:
        raise invalid("TooManyContainers", f"A container group has at most {MAX_CONTAINERS} containers.")
    for container in group.all_containers:
        if not NAME.fullmatch(container.name):
            raise invalid("InvalidContainerName", f"The container name '{container.name}' is invalid.")
        _check_variables(container)
    names = (container.name for container in group.all_containers)
    check_unique("DuplicateContainerName", "container name", names)
    _check_resources(group)
    _check_ports(group)


def _check_variables(container: AnyContainerSpec) -> None:
    names = [variable.name for variable in container.properties.environment_variables]
    for name in names:
        if not VARIABLE_NAME.fullmatch(name):
            message = f"The environment variable name '{name}' in container '{container.name}' is invalid."
            raise invalid("InvalidEnvironmentVariableName", message)
    check_unique("DuplicateEnvironmentVariable", "environment variable name", names)


def _check_resources(group: GroupProperties) -> None:
    for container in group.containers:
        asked = requests_of(container)
        if not (asked.cpu and asked.cpu > 0 and asked.memory_in_gb and asked.memory_in_gb > 0):
            message = (
                f"The resource requests are not specified in container '{container.name}'. Both memory and "
                "CPU requests are required."
            )
            raise invalid("ResourceRequestsNotSpecified", message)
        _check_steps(container, asked)
    enough = group.cores >= MIN_CORES and group.memory >= MIN_GIGABYTES
    if not enough or group.cores > MAX_CORES or group.memory > MAX_GIGABYTES:
        message = (
            f"The requested resources, {group.cores:g} CPU and {group.memory:g} GB, are not between "
            f"{MIN_CORES} CPU with {MIN_GIGABYTES} GB and {MAX_CORES} CPU with {MAX_GIGABYTES} GB."
        )
        raise invalid("ResourceRequestsNotSupported", message)
    for container in group.containers:
        _check_limits(container, group)


def _check_steps(container: ContainerSpec, asked: Amount) -> None:
    """Raise 400 for memory that is not a multiple of 0.1 GB, or CPU that is not one of 0.01.

    https://github.com/Azure/azure-cli/issues/7355 quotes the sentence; its code is not recorded.
    """
    amounts = (("memory", asked.memory_in_gb or 0, "0.1 GB"), ("CPU", asked.cpu or 0, "0.01"))
    for name, amount, step in amounts:
        if Decimal(repr(amount)) % Decimal(step.split()[0]):
            message = (
                f"The {name} requirement is '{amount!r}' in container '{container.name}'. "
                f"The {name} requirement should be in increments of {step}."
            )
            raise invalid("InvalidResourceRequests", message)


def _check_limits(container: ContainerSpec, group: GroupProperties) -> None:
    """Raise 400 for a limit outside the range from the container's request to the group's total.

    Codes as quoted in https://github.com/docker-archive/compose-cli/pull/357
    """
    resources = container.properties.resources
    if resources is None or resources.limits is None:
        return
    limits, asked = resources.limits, resources.requests
    sizes = (
        ("Cpu", limits.cpu, asked.cpu or 0, group.cores),
        ("MemoryInGB", limits.memory_in_gb, asked.memory_in_gb or 0, group.memory),
    )
    for name, limit, request, size in sizes:
        if limit is not None and limit < request:
            message = f"The '{name}' limit value must be greater than or equal to the request value."
            raise invalid("ResourceLimitsLessThanRequests", message)
        if limit is not None and limit > size:
            message = (
                f"The '{name}' limit '{limit:g}' in container '{container.name}' is greater than the "
                f"container group total request '{size:g}'."
            )
            raise invalid("ContainerLimitGreaterThanContainerGroupTotalRequest", message)


def _check_ports(group: GroupProperties) -> None:
    """Raise 400 for a port that is reserved, or that two containers declare, as they share an address.

    https://learn.microsoft.com/azure/container-instances/container-instances-container-groups#networking
    """
    ports = [port for container in group.containers for port in container.properties.ports]
    for port in ports:
        if not 1 <= port.port <= MAX_PORT:
            raise invalid("InvalidPort", f"The port '{port.port}' is invalid.")
        if port.port in RESERVED_PORTS:
            raise invalid("ReservedPort", f"The port '{port.port}' is reserved by the service.")
    check_unique("DuplicatePort", "port", (f"{port.port}/{port.protocol}" for port in ports))
