"""A container group as a client describes it, typed.

https://learn.microsoft.com/azure/templates/microsoft.containerinstance/containergroups
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


class Shape(BaseModel):
    """JSON in camelCase; properties that this machine has no use for are left alone."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True, extra="ignore")


class EnvironmentVariable(Shape):
    """One variable; a secure value is never returned."""

    name: str
    value: str | None = None
    secure_value: str | None = None


class VolumeMount(Shape):
    """Where a container sees one of the group's volumes."""

    name: str
    mount_path: str
    read_only: bool = False


class Amount(Shape):
    """Virtual cores and gigabytes of memory."""

    cpu: float | None = None
    memory_in_gb: float | None = Field(default=None, alias="memoryInGB")


class Resources(Shape):
    """What a container asks for, and the most it may use."""

    requests: Amount
    limits: Amount | None = None


class Port(Shape):
    """A port that a container or the group declares."""

    port: int
    protocol: Literal["TCP", "UDP"] = "TCP"


class ContainerProperties(Shape):
    """What runs in a container."""

    image: str
    command: tuple[str, ...] = ()
    environment_variables: tuple[EnvironmentVariable, ...] = ()
    volume_mounts: tuple[VolumeMount, ...] = ()
    ports: tuple[Port, ...] = ()
    resources: Resources | None = None


class ContainerSpec(Shape):
    """One container, or init container, of a group."""

    name: str
    properties: ContainerProperties


class Volume(Shape):
    """A volume of exactly one kind."""

    name: str
    empty_dir: dict[str, Any] | None = None
    secret: dict[str, str] | None = None
    azure_file: dict[str, Any] | None = None
    git_repo: dict[str, Any] | None = None


class IpAddress(Shape):
    """The group's address, with the ports that it exposes."""

    ports: tuple[Port, ...] = ()


class GroupProperties(Shape):
    """The group's containers, volumes and policies."""

    containers: tuple[ContainerSpec, ...]
    init_containers: tuple[ContainerSpec, ...] = ()
    volumes: tuple[Volume, ...] = ()
    restart_policy: Literal["Always", "OnFailure", "Never"] = "Always"
    os_type: Literal["Linux", "Windows"] = "Linux"
    ip_address: IpAddress | None = None
    sku: str = "Standard"
    priority: str = "Regular"

    @property
    def all_containers(self) -> tuple[ContainerSpec, ...]:
        """Init containers first, in the order in which they run."""
        return self.init_containers + self.containers

    @property
    def ports(self) -> frozenset[int]:
        """Every port that the group or a container declares."""
        declared = self.ip_address.ports if self.ip_address else ()
        return frozenset(
            port.port
            for ports in (declared, *(c.properties.ports for c in self.containers))
            for port in ports
        )

    @property
    def cores(self) -> float:
        """The sum of the cores that the containers request."""
        return sum(requests_of(container).cpu or 0 for container in self.containers)

    @property
    def memory(self) -> float:
        """The sum of the gigabytes that the containers request."""
        return sum(requests_of(container).memory_in_gb or 0 for container in self.containers)


class GroupSpec(Shape):
    """The body of a PUT."""

    location: str
    tags: dict[str, str] = {}
    properties: GroupProperties


def requests_of(container: ContainerSpec) -> Amount:
    """Return what *container* requests; nothing when it does not say."""
    resources = container.properties.resources
    return resources.requests if resources else Amount()
