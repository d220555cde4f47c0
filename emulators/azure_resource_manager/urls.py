"""The operations of Microsoft.ContainerInstance by path; fixed words in paths are case-insensitive.

Every operation of version 2023-05-01 has a row here; those without a handler are refused with 501:
https://github.com/Azure/azure-rest-api-specs/tree/main/specification/containerinstance.
"""

from aiohttp import web

from emulators.azure_resource_manager.container_groups.requests import Handler, Operation
from emulators.azure_resource_manager.container_groups.responses import ContainerGroups
from emulators.azure_resource_manager.errors import PROVIDER

SUBSCRIPTION = "/subscriptions/{subscription}"
RESOURCE_GROUP = SUBSCRIPTION + "/resourceGroups/{resource_group}"
PROVIDERS = f"/providers/{PROVIDER}"
GROUPS = RESOURCE_GROUP + PROVIDERS + "/containerGroups"
GROUP = GROUPS + "/{group}"
CONTAINER = GROUP + "/containers/{container}"
LOCATION = SUBSCRIPTION + PROVIDERS + "/locations/{location}"
SUBNET = RESOURCE_GROUP + "/providers/Microsoft.Network/virtualNetworks/{network}/subnets/{subnet}"

Row = tuple[str, str, Operation, Handler | None]


def any_case(path: str) -> str:
    """Return *path* as a pattern whose fixed words match in any case."""
    parts = path.strip("/").split("/")
    return "".join(
        f"/{part}" if part.startswith("{") else f"/{{word{place}:(?i:{part})}}"
        for place, part in enumerate(parts)
    )


def rows(groups: ContainerGroups) -> list[Row]:
    """Return method, path, operation and handler of each operation; None for one that is not covered."""
    return [*_group_rows(groups), *_other_rows(groups)]


def _group_rows(groups: ContainerGroups) -> list[Row]:
    def named(name: str) -> Operation:
        return Operation(f"ContainerGroups_{name}", "containerGroups")

    outbound = GROUP + "/outboundNetworkDependenciesEndpoints"
    return [
        ("GET", SUBSCRIPTION + PROVIDERS + "/containerGroups", named("List"), groups.list),
        ("GET", GROUPS, named("ListByResourceGroup"), groups.list),
        ("GET", GROUP, named("Get"), groups.get),
        ("PUT", GROUP, named("CreateOrUpdate"), groups.put),
        ("PATCH", GROUP, named("Update"), groups.patch),
        ("DELETE", GROUP, named("Delete"), groups.delete),
        ("POST", GROUP + "/stop", named("Stop"), groups.stop),
        ("POST", GROUP + "/start", named("Start"), groups.start),
        ("POST", GROUP + "/restart", named("Restart"), groups.restart),
        ("GET", outbound, named("GetOutboundNetworkDependenciesEndpoints"), None),
    ]


def _other_rows(groups: ContainerGroups) -> list[Row]:
    def on_container(name: str, *parameters: str) -> Operation:
        return Operation(f"Containers_{name}", "containerGroups", parameters)

    def on_location(name: str) -> Operation:
        return Operation(f"Location_{name}", "locations")

    link = Operation("SubnetServiceAssociationLink_Delete", "serviceAssociationLinks")
    return [
        ("GET", CONTAINER + "/logs", on_container("ListLogs", "tail", "timestamps"), groups.logs),
        ("POST", CONTAINER + "/exec", on_container("ExecuteCommand"), None),
        ("POST", CONTAINER + "/attach", on_container("Attach"), None),
        ("GET", LOCATION + "/usages", on_location("ListUsage"), groups.usages),
        ("GET", LOCATION + "/operations/{operation}", on_location("operations"), groups.operation),
        ("GET", LOCATION + "/cachedImages", on_location("ListCachedImages"), None),
        ("GET", LOCATION + "/capabilities", on_location("ListCapabilities"), None),
        ("GET", PROVIDERS + "/operations", Operation("Operations_List", "operations"), None),
        ("DELETE", SUBNET + PROVIDERS + "/serviceAssociationLinks/default", link, None),
    ]


def routes(groups: ContainerGroups) -> list[web.RouteDef]:
    """Return the routes over *groups*; HEAD is not a method of any of them."""
    return [
        web.route(
            method,
            any_case(path),
            groups.handler(operation, handler),
            **({"allow_head": False} if method == "GET" else {}),
        )
        for method, path, operation, handler in rows(groups)
    ]
