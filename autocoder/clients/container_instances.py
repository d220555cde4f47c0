"""Azure Container Instances: container groups by name, in one resource group.

No call waits for a long-running operation or retries after a throttled request: the orchestration does both.

https://learn.microsoft.com/azure/container-instances/container-instances-container-groups
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from autocoder.clients.azure import translated, transport
from autocoder.clients.container_group_body import Secrets, group_of
from autocoder.container_groups.spec import ContainerGroupSpec
from autocoder.container_groups.state import ContainerState, GroupState
from autocoder.errors import plain
from autocoder.setting_values import is_loopback
from autocoder.shared.json_text import parse_json

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from azure.mgmt.containerinstance import ContainerInstanceManagementClient

SERVICE = "Container Instances"
OPERATION = "Azure-AsyncOperation"
WITHOUT_RETRIES: dict[str, Any] = {"retry_total": 0, "polling": False}


@dataclass(frozen=True, slots=True)
class ListedGroup:
    """A container group in a list: its name and tags."""

    name: str
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Quota:
    """How much of one of a region's quotas (`ContainerGroups`, `StandardCores` ...) is used."""

    name: str
    used: int
    limit: int


@dataclass(frozen=True)
class ContainerInstances:
    """The container groups of one resource group."""

    url: str
    subscription: str
    resource_group: str
    credential: "TokenCredential" = field(repr=False)

    def get_group(self, name: str) -> GroupState | None:
        """Return the group's state, or None when the group does not exist. Raises as `create_group` does."""
        from azure.core.exceptions import ResourceNotFoundError

        with translated(SERVICE, refusals_pass=True):
            try:
                group = self._client.container_groups.get(self.resource_group, name)
            except ResourceNotFoundError:
                return None
        return _state_of(group)

    def create_group(self, spec: ContainerGroupSpec, secrets: Secrets) -> str:
        """Create the group without waiting for its start; return the URL of the operation, or an empty text.

        On an existing group, this restarts its containers.

        Raises `RetryLater` for 429 and 409 (such as a group in transition), `NoCapacity` without quota or
        capacity, `NoImage` while the registry does not give an image, `MayPass` for any other refusal, and
        `InvalidArgument` for one that is known to be final.
        """
        body, operations = group_of(spec, secrets), list[str]()

        def keep(answer: Any) -> None:
            operations.append(answer.http_response.headers.get(OPERATION, ""))

        with translated(SERVICE, refusals_pass=True):
            self._client.container_groups.begin_create_or_update(
                self.resource_group, spec.name, body, raw_response_hook=keep, **WITHOUT_RETRIES
            )
        return operations[-1] if operations else ""

    def failure_of(self, operation: str) -> tuple[str, str]:
        """Return code and message of the error of the *operation* with this URL, empty if there is none.

        https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations
        """
        from azure.core.rest import HttpRequest

        if not operation.startswith(f"{self.url.rstrip('/')}/"):  # the token goes to nobody else
            return "", ""
        with translated(SERVICE):
            answer = self._client._send_request(HttpRequest("GET", operation))
            answer.raise_for_status()
        content = parse_json(answer.text())
        error = content.get("error") if isinstance(content, dict) else None
        given = error if isinstance(error, dict) else {}
        return str(given.get("code") or ""), plain(str(given.get("message") or ""))

    def delete_group(self, name: str) -> None:
        """Delete the group; a missing one is not an error. Raises as `create_group` does."""
        from azure.core.exceptions import ResourceNotFoundError

        with translated(SERVICE, refusals_pass=True):
            try:
                self._client.container_groups.begin_delete(self.resource_group, name, **WITHOUT_RETRIES)
            except ResourceNotFoundError:
                return

    def list_groups(self) -> tuple[ListedGroup, ...]:
        """Return the groups' names and tags; Azure's list does not include states."""
        with translated(SERVICE):
            found = self._client.container_groups.list_by_resource_group(self.resource_group)
            return tuple(ListedGroup(str(one.name), dict(one.tags or {})) for one in found)

    def logs(self, name: str, container: str, tail: int | None = None) -> str:
        """Return a container's output (4 MB while it runs, 16 KB afterwards). Raises `NotFound`."""
        with translated(SERVICE):
            logs = self._client.containers.list_logs(self.resource_group, name, container, tail=tail)
        return str(logs.content or "")

    def usages(self, location: str) -> tuple[Quota, ...]:
        """Return the usage of the region's quotas."""
        with translated(SERVICE):
            found = list(self._client.location.list_usage(location))
        return tuple(_quota(one) for one in found if one.name is not None)

    @cached_property
    def _client(self) -> "ContainerInstanceManagementClient":
        from azure.mgmt.containerinstance import ContainerInstanceManagementClient

        scopes = {} if is_loopback(self.url) else {"credential_scopes": [f"{self.url}/.default"]}
        return ContainerInstanceManagementClient(
            self.credential,
            self.subscription,
            base_url=self.url,
            transport=transport(),
            retry_total=2,
            retry_status=0,
            retry_backoff_factor=0.2,
            **scopes,
        )


def _quota(usage: Any) -> Quota:
    return Quota(str(usage.name.value), int(usage.current_value or 0), int(usage.limit or 0))


def _state_of(group: Any) -> GroupState:
    view = group.instance_view
    containers = (*(group.init_containers or ()), *group.containers)
    warnings = (event for one in containers for event in _events(one) if event.type == "Warning")
    return GroupState(
        provisioning_state=str(group.provisioning_state or ""),
        state=str(view.state or "") if view is not None else "",
        containers=tuple(_container_state(one) for one in containers),
        events=tuple(str(event.message or event.name or "") for event in (*_events(group), *warnings)),
    )


def _events(seen: Any) -> list[Any]:
    """Return the events of a group or a container."""
    return list((seen.instance_view.events if seen.instance_view is not None else None) or ())


def _container_state(container: Any) -> ContainerState:
    view = container.instance_view
    current = view.current_state if view is not None else None
    if current is None:
        return ContainerState(name=str(container.name))
    return ContainerState(
        name=str(container.name),
        state=str(current.state or ""),
        exit_code=current.exit_code,
        detail=str(current.detail_status or ""),
    )
