"""Checks a PUT before anything is created, with the service's error codes where they are known.

https://learn.microsoft.com/azure/container-instances/container-instances-troubleshooting (names) and
https://learn.microsoft.com/azure/container-instances/container-instances-resource-and-quota-limits
"""

from typing import Any, TypeVar

from pydantic import ValidationError

from emulators.azure_resource_manager.definition.containers import check_containers
from emulators.azure_resource_manager.definition.names import NAME
from emulators.azure_resource_manager.definition.regions import check_location, region_of
from emulators.azure_resource_manager.definition.registries import check_registries
from emulators.azure_resource_manager.definition.shape import Shape
from emulators.azure_resource_manager.definition.spec import GroupProperties, GroupSpec, TagsUpdate
from emulators.azure_resource_manager.definition.tags import check_tags
from emulators.azure_resource_manager.definition.volumes import check_volumes
from emulators.azure_resource_manager.errors import ResourceManagerError, invalid

AnyShape = TypeVar("AnyShape", bound=Shape)


def group_of(name: str, body: Any) -> GroupSpec:
    """Return the group that *body* describes.

    Raises `ResourceManagerError` (400) for the first error that the service would report.
    """
    if not NAME.fullmatch(name):
        raise invalid("InvalidContainerGroupName", f"The container group name '{name}' is invalid.")
    if isinstance(body, dict) and not body.get("location"):
        raise invalid("LocationRequired", "The location property is required for this definition.")
    spec = _shaped(GroupSpec, body)
    check_location(spec.location)
    check_tags(spec.tags)
    _check_kinds(spec.properties, name)
    check_containers(spec.properties)
    check_volumes(spec.properties)
    check_registries(spec, name)
    return spec


def tags_of(body: Any) -> TagsUpdate:
    """Return the tags that the *body* of a PATCH sets; raises `ResourceManagerError` (400)."""
    update = _shaped(TagsUpdate, body)
    check_tags(update.tags)
    return update


def check_update(old: GroupSpec, new: GroupSpec, name: str) -> None:
    """Raise `ResourceManagerError` (400, 409) unless the group may change from *old* to *new* in place.

    https://learn.microsoft.com/azure/container-instances/container-instances-update
    """
    if region_of(old.location) != region_of(new.location):
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


def _shaped(shape: type[AnyShape], body: Any) -> AnyShape:
    """Return *body* as *shape*; raises 400 for another shape, and for text that no process can receive."""
    if _cannot_be_passed(body):
        raise invalid(
            "InvalidRequestContent", "The request content was invalid: a text has invalid characters."
        )
    try:
        return shape.model_validate(body)
    except ValidationError as error:
        raise _wrong_shape(error) from error


def _wrong_shape(error: ValidationError) -> ResourceManagerError:
    """Return 400 with the path of the first error, without the value, which may be secret."""
    first = error.errors(include_url=False, include_input=False)[0]
    path = ".".join(str(part) for part in first["loc"])
    fault = f"'{path}': {first['msg'].lower()}"
    if first["type"] == "extra_forbidden":
        fault = f"Could not find member '{first['loc'][-1]}'. Path '{path}'"
    message = f"The request content was invalid and could not be deserialized: {fault}."
    return invalid("InvalidRequestContent", message)


def _cannot_be_passed(value: Any) -> bool:
    """Whether a text in *value* cannot be passed to a process: it has a NUL or an unpaired surrogate."""
    if isinstance(value, dict):
        return any(_cannot_be_passed(inner) for pair in value.items() for inner in pair)
    if isinstance(value, list):
        return any(_cannot_be_passed(inner) for inner in value)
    return isinstance(value, str) and ("\0" in value or any("\ud800" <= sign <= "\udfff" for sign in value))


def _check_kinds(group: GroupProperties, name: str) -> None:
    """Raise 400 for an unknown operating system or priority.

    The codes: https://learn.microsoft.com/troubleshoot/azure/azure-container-instances/configuration-setup/error-codes-spot-container-creation
    """
    if group.os_type not in ("Windows", "Linux"):
        message = (
            f"The 'osType' for container group '{name}' is invalid. The value must be one of 'Windows,Linux'."
        )
        raise invalid("InvalidOsType", message)
    if group.priority not in ("Regular", "Spot"):
        message = f"The 'Priority' must be one of 'Regular,Spot' for container group '{name}'."
        raise invalid("PriorityNotSpecified", message)
