"""Container groups over HTTP: https://learn.microsoft.com/rest/api/container-instances/operation-groups."""

import json
import re
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from aiohttp import web

from emulators.azure_resource_manager import errors
from emulators.azure_resource_manager.authorization import admit
from emulators.azure_resource_manager.container_groups.views import group_view, operation_view, usage
from emulators.azure_resource_manager.definition.spec import GroupSpec
from emulators.azure_resource_manager.definition.validation import check_update, group_of
from emulators.azure_resource_manager.errors import GROUP_TYPE, ResourceManagerError
from emulators.azure_resource_manager.lifecycle.group import ContainerGroup
from emulators.azure_resource_manager.lifecycle.state import Key, State, key_of

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
API_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}(-preview)?")


@web.middleware
async def resource_manager_answers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Require an api-version, turn every `ResourceManagerError` into its answer, and number the answers."""
    try:
        if not request.path.startswith("/_control/"):
            _check_api_version(request)
        answer = await handler(request)
    except ResourceManagerError as error:
        answer = web.json_response(error.body, status=error.status, headers=error.headers)
    except web.HTTPNotFound:
        unknown = ResourceManagerError(404, "InvalidResourceType", "The resource type could not be found.")
        answer = web.json_response(unknown.body, status=404)
    answer.headers["x-ms-request-id"] = str(uuid.uuid4())
    return answer


def _check_api_version(request: web.Request) -> None:
    version = request.query.get("api-version", "")
    if not version:
        message = "The api-version query parameter (?api-version=) is required for all requests."
        raise errors.invalid("MissingApiVersionParameter", message)
    if not API_VERSION.fullmatch(version):
        raise errors.invalid("InvalidApiVersionParameter", f"The api-version '{version}' is invalid.")


class ContainerGroups:
    """The handlers; *folder* is the state folder with this machine's signing key."""

    def __init__(self, folder: Path, state: State) -> None:
        self.folder = folder
        self.state = state

    def _admit(self, request: web.Request, action: str) -> None:
        scope = request.path
        admit(self.folder, request, f"{GROUP_TYPE}/{action}", scope)

    def _key(self, request: web.Request) -> Key:
        found = request.match_info
        return key_of(found["subscription"], found["resource_group"], found["group"])

    def _group(self, request: web.Request, action: str) -> ContainerGroup:
        self._admit(request, action)
        key = self._key(request)
        group = self.state.groups.get(key)
        if group is None:
            raise errors.group_not_found(request.match_info["group"], request.match_info["resource_group"])
        return group

    async def get(self, request: web.Request) -> web.Response:
        """Get, with instance views."""
        return web.json_response(group_view(self._group(request, "read")))

    async def list(self, request: web.Request) -> web.Response:
        """List by resource group or by subscription, without instance views."""
        self._admit(request, "read")
        subscription = request.match_info["subscription"].lower()
        resource_group = request.match_info.get("resource_group", "").lower()
        listed = [
            group_view(group, instances=False)
            for key, group in self.state.groups.items()
            if key[0] == subscription and resource_group in ("", key[1])
        ]
        return web.json_response({"value": listed})

    async def put(self, request: web.Request) -> web.Response:
        """Create or Update: 201 for a new group; a changed one has all its containers restarted."""
        self._admit(request, "write")
        body = await _json(request)
        spec = group_of(request.match_info["group"], body)
        existing = self.state.groups.get(self._key(request))
        if existing is None:
            return self._created(request, spec, body)
        return await self._updated(request, existing, spec, body)

    def _created(self, request: web.Request, spec: GroupSpec, body: dict[str, Any]) -> web.Response:
        self.state.check_quota(spec)
        self.state.creates.take()
        found = request.match_info
        resource_id = (
            f"/subscriptions/{found['subscription']}/resourceGroups/{found['resource_group']}"
            f"/providers/{GROUP_TYPE}/{found['group']}"
        )
        group = ContainerGroup(resource_id, spec, body, self.state.platform, self.state.start_delay)
        self.state.add(self._key(request), group)
        return self._accepted(request, group, 201)

    async def _updated(
        self, request: web.Request, group: ContainerGroup, spec: GroupSpec, body: dict[str, Any]
    ) -> web.Response:
        if group.moving:
            raise errors.transitioning(group.name)
        check_update(group.spec, spec, group.name)
        if spec.properties == group.spec.properties and not group.ended:
            group.spec, group.body = spec, body  # tags alone restart nothing
            return web.json_response(group_view(group))
        self.state.creates.take()
        await group.update(spec, body)
        self.state.note_operation(group)
        return self._accepted(request, group, 200)

    def _accepted(self, request: web.Request, group: ContainerGroup, status: int) -> web.Response:
        base = f"{request.scheme}://{request.host}/subscriptions/{request.match_info['subscription']}"
        location = group.spec.location.lower().replace(" ", "")
        operation = f"{base}/providers/Microsoft.ContainerInstance/locations/{location}/operations"
        version = request.query["api-version"]
        headers = {"Azure-AsyncOperation": f"{operation}/{group.operation.id}?api-version={version}"}
        return web.json_response(group_view(group), status=status, headers=headers)

    async def patch(self, request: web.Request) -> web.Response:
        """Update: tags only."""
        group = self._group(request, "write")
        tags = (await _json(request)).get("tags")
        if isinstance(tags, dict):
            group.body["tags"] = {str(name): str(value) for name, value in tags.items()}
        return web.json_response(group_view(group))

    async def delete(self, request: web.Request) -> web.Response:
        """Delete: 200 with the group, 204 when there is none."""
        self._admit(request, "delete")
        key = self._key(request)
        group = self.state.groups.get(key)
        if group is None:
            return web.Response(status=204)
        if group.busy:
            raise errors.transitioning(group.name)
        self.state.deletes.take()
        await self.state.remove(key)
        return web.json_response(group_view(group))

    async def stop(self, request: web.Request) -> web.Response:
        """Stop: every container ends, nothing of its volumes is kept."""
        await self._still(self._group(request, "stop/action")).stop()
        return web.Response(status=204)

    async def start(self, request: web.Request) -> web.Response:
        """Start: a group that has ended is brought up anew."""
        group = self._still(self._group(request, "start/action"))
        if group.ended:
            await group.again(keep_volumes=False)
        return web.Response(status=204)

    async def restart(self, request: web.Request) -> web.Response:
        """Restart: every container, in place."""
        group = self._still(self._group(request, "restart/action"))
        if group.state == "Stopped":
            await group.again(keep_volumes=False)
        else:
            await group.restart()
        return web.Response(status=204)

    def _still(self, group: ContainerGroup) -> ContainerGroup:
        if group.moving:
            raise errors.transitioning(group.name)
        return group

    async def logs(self, request: web.Request) -> web.Response:
        """List Logs of one container."""
        group = self._group(request, "containers/logs/read")
        name = request.match_info["container"]
        container = next((one for one in group.all_containers if one.name == name.lower()), None)
        if container is None:
            raise errors.container_not_found(name, group.name)
        tail = request.query.get("tail")
        if tail is not None and not tail.isdecimal():
            raise errors.invalid("InvalidParameter", "The parameter 'tail' must be a number.")
        timestamps = request.query.get("timestamps", "").lower() == "true"
        content = container.log(int(tail) if tail is not None else None, timestamps=timestamps)
        return web.json_response({"content": content})

    async def operation(self, request: web.Request) -> web.Response:
        """The state of a long-running operation."""
        self._admit(request, "read")
        known = self.state.operations.get(request.match_info["operation"])
        if known is None:
            raise ResourceManagerError(404, "OperationNotFound", "The operation was not found.")
        return web.json_response(operation_view(*known))

    async def usages(self, request: web.Request) -> web.Response:
        """List Usage of a region."""
        admit(self.folder, request, "Microsoft.ContainerInstance/locations/usages/read", request.path)
        groups, cores = self.state.used(request.match_info["location"])
        limits, base = self.state.limits, request.path
        value = [
            usage("ContainerGroups", "Container Groups", groups, limits.groups, base),
            usage("StandardCores", "Standard Cores", cores, limits.cores, base),
        ]
        return web.json_response({"value": value})


async def _json(request: web.Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.text())
    except ValueError as error:
        raise errors.invalid("InvalidRequestContent", "The request content was no valid JSON.") from error
    if not isinstance(body, dict):
        raise errors.invalid("InvalidRequestContent", "The request content must be a JSON object.")
    return body
