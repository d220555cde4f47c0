"""The routes of Microsoft.ContainerInstance; the words in a resource id are case-insensitive."""

from aiohttp import web

from emulators.azure_resource_manager.container_groups.responses import ContainerGroups

SUBSCRIPTION = "/subscriptions/{subscription}"
RESOURCE_GROUP = SUBSCRIPTION + "/resourceGroups/{resource_group}"
PROVIDER = "/providers/Microsoft.ContainerInstance"
GROUP = RESOURCE_GROUP + PROVIDER + "/containerGroups/{group}"


def any_case(path: str) -> str:
    """Return *path* as a pattern whose fixed words match in any case."""
    parts = path.strip("/").split("/")
    return "".join(
        f"/{part}" if part.startswith("{") else f"/{{word{place}:(?i:{part})}}"
        for place, part in enumerate(parts)
    )


def routes(groups: ContainerGroups) -> list[web.RouteDef]:
    """Return the routes over *groups*."""
    return [
        web.get(any_case(SUBSCRIPTION + PROVIDER + "/containerGroups"), groups.list),
        web.get(any_case(RESOURCE_GROUP + PROVIDER + "/containerGroups"), groups.list),
        web.get(any_case(GROUP), groups.get),
        web.put(any_case(GROUP), groups.put),
        web.patch(any_case(GROUP), groups.patch),
        web.delete(any_case(GROUP), groups.delete),
        web.post(any_case(GROUP + "/stop"), groups.stop),
        web.post(any_case(GROUP + "/start"), groups.start),
        web.post(any_case(GROUP + "/restart"), groups.restart),
        web.get(any_case(GROUP + "/containers/{container}/logs"), groups.logs),
        web.get(any_case(SUBSCRIPTION + PROVIDER + "/locations/{location}/usages"), groups.usages),
        web.get(
            any_case(SUBSCRIPTION + PROVIDER + "/locations/{location}/operations/{operation}"),
            groups.operation,
        ),
    ]
