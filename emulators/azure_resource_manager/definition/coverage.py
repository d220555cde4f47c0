"""The parts of a valid group that this emulator does not cover; a PUT with one of them is refused with 501.

The properties: https://learn.microsoft.com/azure/templates/microsoft.containerinstance/2023-05-01/containergroups
"""

from collections.abc import Iterator

from emulators.azure_resource_manager.definition.shape import Shape, not_covered_in
from emulators.azure_resource_manager.definition.spec import GroupSpec
from emulators.azure_resource_manager.errors import not_covered

OPERATION = "ContainerGroups_CreateOrUpdate"


def check_covered(operation: str, body: Shape) -> None:
    """Raise `ResourceManagerError` (501) for a property of *operation* that is not covered."""
    found = next(not_covered_in(body), None)
    if found is not None:
        raise not_covered(f"{operation} with '{found}'")


def check_group_covered(spec: GroupSpec) -> None:
    """Raise `ResourceManagerError` (501) for the first part of *spec* that is not covered."""
    check_covered(OPERATION, spec)
    found = next(_values_not_covered(spec), None)
    if found is not None:
        raise not_covered(f"{OPERATION} with {found}")


def _values_not_covered(spec: GroupSpec) -> Iterator[str]:
    """Yield each value of a served property that is not covered, as `'property': value`."""
    properties = spec.properties
    for name, value, covered in (
        ("properties.osType", properties.os_type, "Linux"),
        ("properties.sku", properties.sku, "Standard"),
        ("properties.priority", properties.priority, "Regular"),
    ):
        if value != covered:
            yield f"'{name}': {value}"
    if "SystemAssigned" in spec.identity.type:
        yield f"'identity.type': {spec.identity.type}"
    pulling = {(one.identity or "").lower() for one in properties.image_registry_credentials}
    for unused in sorted(spec.identity.resource_ids - pulling):
        yield f"an identity that pulls no image ({unused}), as containers get no tokens"
    if any(port.protocol == "UDP" for one in properties.containers for port in one.properties.ports):
        yield "a UDP port"
