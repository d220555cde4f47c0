"""Control routes, outside the emulated API: failures of groups, limits, and live processes.

- `POST /_control/troubles` `{"kind": "neverStarts|failsToProvision|startDelay", "times": 1, "seconds": 0}`:
  makes the next groups fail or wait. `DELETE` cancels that.
- `POST /_control/groups/{group}/restart` `{"container": "name", "emptyVolumes": false}`: the platform
  restarts one container, or the whole group with its init containers when none is named.
- `POST /_control/groups/{group}/outOfMemory` `{"container": "name"}`: kills it as out of memory.
- `PUT /_control/limits` `{"groups", "cores", "perFiveMinutes", "perHour"}`.
- `GET /_control/processes`: live process ids by group and container. `GET /_control/isolation`.

The failures are those of https://learn.microsoft.com/azure/container-instances/container-instances-troubleshooting.
"""

import json
from typing import Any

from aiohttp import web

from emulators.azure_resource_manager.lifecycle.container import Container
from emulators.azure_resource_manager.lifecycle.group import ContainerGroup
from emulators.azure_resource_manager.lifecycle.platform import TROUBLES, Trouble
from emulators.azure_resource_manager.lifecycle.state import State

LIMITS = {
    "groups": "groups",
    "cores": "cores",
    "perFiveMinutes": "per_five_minutes",
    "perHour": "per_hour",
}


class Control:
    """The control routes over one `State`."""

    def __init__(self, state: State) -> None:
        self.state = state

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.post("/_control/troubles", self.trouble),
            web.delete("/_control/troubles", self.no_trouble),
            web.post("/_control/groups/{group}/restart", self.restart),
            web.post("/_control/groups/{group}/outOfMemory", self.out_of_memory),
            web.put("/_control/limits", self.limits),
            web.get("/_control/processes", self.processes),
            web.get("/_control/isolation", self.isolation),
        ]

    async def trouble(self, request: web.Request) -> web.Response:
        """Make the next groups fail or wait; raises 400 for an unknown kind."""
        trouble = Trouble(**{"kind": "", **await _body(request, "kind", "times", "seconds")})
        if trouble.kind not in TROUBLES:
            raise _refused(f"kind must be one of {', '.join(TROUBLES)}")
        if not isinstance(trouble.times, int) or not isinstance(trouble.seconds, int | float):
            raise _refused("times must be a whole number, seconds a number")
        self.state.troubles.append(trouble)
        return web.Response(status=204)

    async def no_trouble(self, request: web.Request) -> web.Response:  # noqa: ARG002
        """Cancel the failures set for the next groups."""
        self.state.troubles.clear()
        return web.Response(status=204)

    async def restart(self, request: web.Request) -> web.Response:
        """Restart a container or a whole group, as the platform may at any time."""
        group, body = self._group(request), await _body(request, "container", "emptyVolumes")
        if "container" in body:
            self._running(group, body["container"]).kill(restart=True)
        else:
            await group.again(keep_volumes=not body.get("emptyVolumes"), state="Repairing")
        return web.Response(status=204)

    async def out_of_memory(self, request: web.Request) -> web.Response:
        """Kill a container as the kernel does when its memory runs out."""
        group, body = self._group(request), await _body(request, "container")
        self._running(group, body.get("container", "")).kill(out_of_memory=True)
        return web.Response(status=204)

    async def limits(self, request: web.Request) -> web.Response:
        """Change the limits of every region; raises 400 for an unknown name or a wrong value."""
        for name, value in (await _body(request, *LIMITS)).items():
            if not isinstance(value, int):
                raise _refused(f"{name}: expected a whole number for one of {', '.join(LIMITS)}")
            setattr(self.state.limits, LIMITS[name], value)
        return web.Response(status=204)

    async def processes(self, request: web.Request) -> web.Response:  # noqa: ARG002
        """List live processes by group and container."""
        listed = {
            group.name: {
                container.name: pids for container in group.all_containers if (pids := container.processes())
            }
            for group in self.state.groups.values()
        }
        return web.json_response(listed)

    async def isolation(self, request: web.Request) -> web.Response:  # noqa: ARG002
        """Return how containers are isolated."""
        return web.json_response({"isolation": self.state.platform.isolation.name})

    def _group(self, request: web.Request) -> ContainerGroup:
        group = self.state.called(request.match_info["group"])
        if group is None:
            raise _refused(f"there is no group {request.match_info['group']!r}")
        return group

    def _running(self, group: ContainerGroup, name: str) -> Container:
        container = next((one for one in group.all_containers if one.name == name), None)
        if container is None or container.state != "Running":
            raise _refused(f"{group.name} has no running container {name!r}")
        return container


async def _body(request: web.Request, *known: str) -> dict[str, Any]:
    """Return the JSON object in the body; raises 400 for anything else, and for a key that is not *known*."""
    try:
        body = json.loads(await request.text() or "{}")
    except ValueError as error:
        raise _refused("the body is not valid JSON") from error
    if not isinstance(body, dict):
        raise _refused("the body must be a JSON object")
    unknown = next((key for key in body if key not in known), None)
    if unknown is not None:
        raise _refused(f"unknown field {unknown!r}; the fields are {', '.join(known)}")
    return body


def _refused(reason: str) -> web.HTTPBadRequest:
    return web.HTTPBadRequest(text=json.dumps({"error": reason}), content_type="application/json")
