"""What the service refuses before it creates anything.

https://learn.microsoft.com/azure/container-instances/container-instances-troubleshooting (names) and
https://learn.microsoft.com/azure/container-instances/container-instances-resource-and-quota-limits
"""

import base64
import re
from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError

from emulators.azure_resource_manager.definition.spec import (
    ContainerSpec,
    GroupProperties,
    GroupSpec,
    requests_of,
)
from emulators.azure_resource_manager.errors import ResourceManagerError, invalid

NAME = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
VOLUME_NAME = re.compile(r"(?!.*--)[a-z0-9][-a-z0-9]{3,61}[a-z0-9]")
VARIABLE_NAME = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_]{0,61}[A-Za-z0-9_])?")
SECRET_NAME = re.compile(r"(?!\.+$)[A-Za-z0-9._-]{1,253}")
RESERVED_PORTS = frozenset(
    {22, 9999, 19000, 19080, 19100, 19390}
    | {port for first, last in ((1025, 1027), (3389, 3399)) for port in range(first, last + 1)}
    | set(range(20000, 30001))
    | set(range(49152, 65535))
)
MOST_CONTAINERS = 60
MOST_VOLUMES = 20
LEAST_CORES, LEAST_GIGABYTES = 1, 1
MOST_CORES, MOST_GIGABYTES = 31, 240


def group_of(name: str, body: Any) -> GroupSpec:
    """Return the group that *body* describes; raises 400 with the first thing that is wrong."""
    if not NAME.fullmatch(name):
        raise invalid("InvalidContainerGroupName", f"The container group name '{name}' is invalid.")
    if isinstance(body, dict) and not body.get("location"):
        raise invalid("LocationRequired", "The location property is required for this definition.")
    if _cannot_be_passed(body):
        raise invalid(
            "InvalidRequestContent", "The request content was invalid: a text has invalid characters."
        )
    try:
        spec = GroupSpec.model_validate(body)
    except ValidationError as error:
        raise _wrong_shape(error) from error
    _check_counts(spec.properties)
    _check_names(spec.properties)
    _check_volumes(spec.properties)
    for container in spec.properties.all_containers:
        _check_mounts(container, {volume.name for volume in spec.properties.volumes})
    _check_resources(spec.properties)
    _check_ports(spec.properties)
    return spec


def check_update(old: GroupSpec, new: GroupSpec, name: str) -> None:
    """Raise unless an existing group may change from *old* to *new* in place.

    https://learn.microsoft.com/azure/container-instances/container-instances-update
    """
    if old.location.lower() != new.location.lower():
        message = (
            f"The resource '{name}' already exists in location '{old.location}'. A resource with the same "
            f"name cannot be created in location '{new.location}'. Please select a new resource name."
        )
        raise ResourceManagerError(409, "InvalidResourceLocation", message)
    fixed = [
        (spec.os_type, spec.restart_policy, spec.cores, spec.memory)
        for spec in (old.properties, new.properties)
    ]
    if fixed[0] != fixed[1]:
        message = (
            f"The updates on container group '{name}' are invalid. If you are going to update the os type, "
            "restart policy, network profile, CPU, memory or GPU resources for a container group, you must "
            "delete it first and then create a new one."
        )
        raise invalid("InvalidContainerGroupUpdate", message)


def _wrong_shape(error: ValidationError) -> ResourceManagerError:
    """Return 400 with the place of the first fault; never the value, which may be secret."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return invalid(
        "InvalidRequestContent", f"The request content was invalid: '{place}': {first['msg'].lower()}."
    )


def _cannot_be_passed(value: Any) -> bool:
    """Return whether a text anywhere in *value* could not be given to a process: NUL, or half a character."""
    if isinstance(value, dict):
        return any(_cannot_be_passed(inner) for pair in value.items() for inner in pair)
    if isinstance(value, list):
        return any(_cannot_be_passed(inner) for inner in value)
    return isinstance(value, str) and ("\0" in value or any("\ud800" <= sign <= "\udfff" for sign in value))


def _check_counts(group: GroupProperties) -> None:
    if not group.containers:
        raise invalid("MissingContainers", "The container group must have at least one container.")
    if len(group.all_containers) > MOST_CONTAINERS:
        raise invalid("TooManyContainers", f"A container group has at most {MOST_CONTAINERS} containers.")
    if len(group.volumes) > MOST_VOLUMES:
        raise invalid("TooManyVolumes", f"A container group has at most {MOST_VOLUMES} volumes.")


def _check_names(group: GroupProperties) -> None:
    names = [container.name for container in group.all_containers]
    for name in names:
        if not NAME.fullmatch(name):
            raise invalid("InvalidContainerName", f"The container name '{name}' is invalid.")
    _check_unique("DuplicateContainerName", "container", names)
    for container in group.all_containers:
        variables = [variable.name for variable in container.properties.environment_variables]
        for name in variables:
            if not VARIABLE_NAME.fullmatch(name):
                message = (
                    f"The environment variable name '{name}' in container '{container.name}' is invalid."
                )
                raise invalid("InvalidEnvironmentVariableName", message)
        _check_unique("DuplicateEnvironmentVariable", "environment variable", variables)


def _check_unique(code: str, kind: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise invalid(code, f"The {kind} name '{name}' is used more than once.")
        seen.add(name)


def _check_volumes(group: GroupProperties) -> None:
    _check_unique("DuplicateVolumeName", "volume", (volume.name for volume in group.volumes))
    for volume in group.volumes:
        if not VOLUME_NAME.fullmatch(volume.name):
            message = (
                f"The volume name '{volume.name}' is invalid: it has 5-63 lower-case letters, digits and "
                "single hyphens."
            )
            raise invalid("InvalidVolumeName", message)
        kinds = (volume.empty_dir, volume.secret, volume.azure_file, volume.git_repo)
        if sum(kind is not None for kind in kinds) != 1:
            raise invalid("InvalidVolume", f"The volume '{volume.name}' must be of exactly one kind.")
        for name, content in (volume.secret or {}).items():
            if not SECRET_NAME.fullmatch(name) or not _is_base64(content):
                raise invalid(
                    "InvalidSecretVolume", f"The volume '{volume.name}' has no good secret '{name}'."
                )


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text, validate=True)
    except ValueError:
        return False
    return True


def _check_mounts(container: ContainerSpec, volumes: set[str]) -> None:
    mounts = container.properties.volume_mounts
    _check_unique("DuplicateMountPath", "mount path", (mount.mount_path for mount in mounts))
    for mount in mounts:
        if mount.name not in volumes:
            message = f"The volume mount '{mount.name}' in container '{container.name}' names no volume."
            raise invalid("VolumeMountNotFound", message)
        path = mount.mount_path
        if not path.startswith("/") or path == "/" or ":" in path or ".." in path.split("/"):
            message = f"The mount path '{path}' in container '{container.name}' is invalid."
            raise invalid("InvalidMountPath", message)


def _check_resources(group: GroupProperties) -> None:
    for container in group.containers:
        asked = requests_of(container)
        if not (asked.cpu and asked.cpu > 0 and asked.memory_in_gb and asked.memory_in_gb > 0):
            message = f"The container '{container.name}' must request CPU and memory."
            raise invalid("ResourceRequestsNotSpecified", message)
    enough = group.cores >= LEAST_CORES and group.memory >= LEAST_GIGABYTES
    if not enough or group.cores > MOST_CORES or group.memory > MOST_GIGABYTES:
        message = (
            f"The requested resources, {group.cores:g} CPU and {group.memory:g} GB, are not between "
            f"{LEAST_CORES} CPU with {LEAST_GIGABYTES} GB and {MOST_CORES} CPU with {MOST_GIGABYTES} GB."
        )
        raise invalid("ResourceRequestsNotSupported", message)
    for container in group.all_containers:
        _check_limits(container, group)


def _check_limits(container: ContainerSpec, group: GroupProperties) -> None:
    """A container's limit lies between its request and the group's size."""
    resources = container.properties.resources
    if resources is None or resources.limits is None:
        return
    limits, asked = resources.limits, resources.requests
    pairs = (
        (limits.cpu, asked.cpu or 0, group.cores),
        (limits.memory_in_gb, asked.memory_in_gb or 0, group.memory),
    )
    if any(most is not None and not least <= most <= whole for most, least, whole in pairs):
        message = f"The limits of container '{container.name}' must lie between its requests and the group's."
        raise invalid("InvalidResourceLimits", message)


def _check_ports(group: GroupProperties) -> None:
    for port in group.ports:
        if not 1 <= port <= 65535:
            raise invalid("InvalidPort", f"The port '{port}' is invalid.")
        if port in RESERVED_PORTS:
            raise invalid("ReservedPort", f"The port '{port}' is reserved by the service.")
