"""Container groups as the service returns them: with instance views, without secrets.

https://learn.microsoft.com/rest/api/container-instances/container-groups/get
"""

import copy
from typing import Any

from emulators.azure_resource_manager.errors import GROUP_TYPE
from emulators.azure_resource_manager.lifecycle.container import Container
from emulators.azure_resource_manager.lifecycle.group import ContainerGroup
from emulators.azure_resource_manager.lifecycle.platform import Operation


def group_view(group: ContainerGroup, *, instances: bool = True) -> dict[str, Any]:
    """Return *group* as GET returns it, or without instance views, as in a list, if *instances* is false."""
    body = group.spec.model_dump(mode="json", by_alias=True, exclude_unset=True)
    properties = without_secrets(body.pop("properties"))
    properties.setdefault("sku", "Standard")
    properties["restartPolicy"] = group.spec.properties.restart_policy
    properties["provisioningState"] = group.provisioning
    if instances:
        properties["instanceView"] = {"events": [], "state": group.state}
        for container, shown in zip(group.all_containers, containers_in(properties), strict=True):
            shown["properties"]["instanceView"] = instance_view(container)
    return {"id": group.id, "name": group.name, "type": GROUP_TYPE, **body, "properties": properties}


def without_secrets(properties: dict[str, Any]) -> dict[str, Any]:
    """Return a copy of *properties* without secure values, secret volumes and passwords."""
    clean = copy.deepcopy(properties)
    clean["initContainers"] = clean.get("initContainers") or []
    for container in containers_in(clean):
        for variable in container["properties"].get("environmentVariables") or []:
            variable.pop("secureValue", None)
    for volume in clean.get("volumes") or []:
        if volume.get("secret") is not None:
            volume["secret"] = {}
    for registry in clean.get("imageRegistryCredentials") or []:
        registry.pop("password", None)
    return clean


def containers_in(properties: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the containers in *properties*, init containers first."""
    return [*(properties.get("initContainers") or []), *properties["containers"]]


def instance_view(container: Container) -> dict[str, Any]:
    """Return the current and previous state of *container*, its restart count and its events."""
    view = {
        "restartCount": container.restarts,
        "currentState": container.current,
        "events": container.events,
    }
    return view if container.previous is None else {**view, "previousState": container.previous}


def operation_view(operation: Operation, resource_id: str) -> dict[str, Any]:
    """Return the long-running *operation* as its URL shows it."""
    view: dict[str, Any] = {
        "id": resource_id,
        "status": operation.status,
        "startTime": operation.start_time,
        "properties": {"events": []},
    }
    return view if operation.error is None else {**view, "error": operation.error}


def usage(name: str, title: str, used: float, limit: float, base: str) -> dict[str, Any]:
    """Return one quota of a region and how much of it is used."""
    return {
        "id": f"{base}/{name}",
        "unit": "Count",
        "currentValue": round(used),
        "limit": round(limit),
        "name": {"value": name, "localizedValue": title},
    }
