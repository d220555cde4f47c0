"""Operations on container groups: https://learn.microsoft.com/rest/api/container-instances/operation-groups."""

import uuid
from pathlib import Path

from aiohttp import web

from emulators.azure_resource_manager import errors
from emulators.azure_resource_manager.authorization import admit, authenticate
from emulators.azure_resource_manager.container_groups.requests import (
    Handler,
    Operation,
    check_region,
    json_object,
    require_version,
    tail_of,
    timestamps_of,
    unknown_method,
    unknown_route,
)
from emulators.azure_resource_manager.container_groups.views import group_view, operation_view, usage
from emulators.azure_resource_manager.definition.coverage import check_covered, check_group_covered
from emulators.azure_resource_manager.definition.regions import region_of
from emulators.azure_resource_manager.definition.spec import GroupSpec
from emulators.azure_resource_manager.definition.validation import check_update, group_of, tags_of
from emulators.azure_resource_manager.errors import GROUP_TYPE, PROVIDER, ResourceManagerError
from emulators.azure_resource_manager.lifecycle.group import ContainerGroup
from emulators.azure_resource_manager.lifecycle.state import Key, State, key_of


@web.middleware
async def resource_manager_answers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Require an api-version, turn `ResourceManagerError` into answers, and add a request id."""
    try:
        if not request.path.startswith("/_control/"):
            require_version(request)
        answer = await handler(request)
    except web.HTTPNotFound:
        answer = _error(unknown_route(request))
    except web.HTTPMethodNotAllowed:
        answer = _error(unknown_method(request))
    except ResourceManagerError as error:
        answer = _error(error)
    answer.headers["x-ms-request-id"] = str(uuid.uuid4())
    return answer


def _error(error: ResourceManagerError) -> web.Response:
    return web.json_response(error.body, status=error.status, headers=error.headers)


class ContainerGroups:
    """The operations; *folder* is the state folder with this machine's signing key."""

    def __init__(self, folder: Path, state: State) -> None:
        self.folder = folder
        self.state = state

    def handler(self, operation: Operation, answer: Handler | None) -> Handler:
        """Return *answer* preceded by the common checks, or a refusal with 501 if it is None.

        The handler raises `ResourceManagerError` (400, 401, 404, 501).
        """

        async def checked(request: web.Request) -> web.StreamResponse:
            authenticate(self.folder, request)
            operation.check(request)
            if answer is None:
                raise errors.not_covered(operation.name)
            return await answer(request)

        return checked

    def _admit(self, request: web.Request, action: str) -> None:
        admit(self.folder, request, f"{GROUP_TYPE}/{action}", request.path)

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
        """List by Resource Group or List, without instance views."""
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
        """Create or Update: 201 for a new group; a change restarts all containers."""
        self._admit(request, "write")
        spec = group_of(request.match_info["group"], await json_object(request))
        existing = self.state.groups.get(self._key(request))
        if existing is not None:
            return await self._updated(request, existing, spec)
        check_group_covered(spec)
        return self._created(request, spec)

    def _created(self, request: web.Request, spec: GroupSpec) -> web.Response:
        self.state.check_quota(spec)
        self.state.creates.take()
        found = request.match_info
        resource_id = (
            f"/subscriptions/{found['subscription']}/resourceGroups/{found['resource_group']}"
            f"/providers/{GROUP_TYPE}/{found['group']}"
        )
        group = ContainerGroup(resource_id, spec, self.state.platform, self.state.start_delay)
        self.state.add(self._key(request), group)
        return self._accepted(request, group, 201)

    async def _updated(self, request: web.Request, group: ContainerGroup, spec: GroupSpec) -> web.Response:
        if group.moving:
            raise errors.transitioning(group.name)
        check_update(group.spec, spec, group.name)
        check_group_covered(spec)
        if spec.properties == group.spec.properties and not group.ended:
            group.spec = spec  # changed tags do not restart containers
            return web.json_response(group_view(group))
        self.state.creates.take()
        await group.update(spec)
        self.state.note_operation(group)
        return self._accepted(request, group, 200)

    def _accepted(self, request: web.Request, group: ContainerGroup, status: int) -> web.Response:
        base = f"{request.scheme}://{request.host}/subscriptions/{request.match_info['subscription']}"
        location = region_of(group.spec.location)
        operation = f"{base}/providers/{PROVIDER}/locations/{location}/operations"
        version = request.query["api-version"]
        headers = {"Azure-AsyncOperation": f"{operation}/{group.operation.id}?api-version={version}"}
        return web.json_response(group_view(group), status=status, headers=headers)

    async def patch(self, request: web.Request) -> web.Response:
        """Update: tags only."""
        group = self._group(request, "write")
        update = tags_of(await json_object(request))
        check_covered("ContainerGroups_Update", update)
        if "tags" in update.model_fields_set:
            group.spec = group.spec.model_copy(update={"tags": update.tags})
        return web.json_response(group_view(group))

    async def delete(self, request: web.Request) -> web.Response:
        """Delete: 200 with the group, 204 when there is none; raises `ResourceManagerError` (409, 429)."""
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
        """Stop: ends every container and loses the volumes."""
        await self._still(self._group(request, "stop/action")).stop()
        return web.Response(status=204)

    async def start(self, request: web.Request) -> web.Response:
        """Start: deploys a group that has ended again."""
        group = self._still(self._group(request, "start/action"))
        if group.ended:
            await group.again(keep_volumes=False)
        return web.Response(status=204)

    async def restart(self, request: web.Request) -> web.Response:
        """Restart: restarts every container in place."""
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
        """List Logs of one container; raises `ResourceManagerError` (400, 404)."""
        group = self._group(request, "containers/logs/read")
        name = request.match_info["container"]
        container = next((one for one in group.all_containers if one.name == name.lower()), None)
        if container is None:
            raise errors.container_not_found(name, group.name)
        content = container.log.read(
            tail_of(request), timestamps=timestamps_of(request), running=container.state == "Running"
        )
        return web.json_response({"content": content})

    async def operation(self, request: web.Request) -> web.Response:
        """Return the state of a long-running operation; raises `ResourceManagerError` (404)."""
        self._admit(request, "read")
        known = self.state.operations.get(request.match_info["operation"])
        if known is None:
            raise ResourceManagerError(404, "OperationNotFound", "The operation was not found.")
        return web.json_response(operation_view(*known))

    async def usages(self, request: web.Request) -> web.Response:
        """List Usage of a region."""
        admit(self.folder, request, f"{PROVIDER}/locations/usages/read", request.path)
        location = request.match_info["location"]
        check_region(location, "locations/usages")
        groups, cores = self.state.used(location)
        limits, base = self.state.limits, request.path
        value = [
            usage("ContainerGroups", "Container Groups", groups, limits.groups, base),
            usage("StandardCores", "Standard Cores", cores, limits.cores, base),
        ]
        return web.json_response({"value": value})
