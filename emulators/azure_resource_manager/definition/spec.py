"""The definition of a container group, with every property of API version 2023-05-01.

https://learn.microsoft.com/azure/templates/microsoft.containerinstance/2023-05-01/containergroups
"""

from typing import Any, ClassVar, Literal

from pydantic import Field

from emulators.azure_resource_manager.definition.shape import NotCovered, Shape


class EnvironmentVariable(Shape):
    """One variable; a secure value is never returned."""

    name: str
    value: str | None = None
    secure_value: str | None = None


class VolumeMount(Shape):
    """The path at which a container mounts a volume."""

    name: str
    mount_path: str
    read_only: bool = False


class Amount(Shape):
    """Virtual cores and gigabytes of memory."""

    cpu: float | None = None
    memory_in_gb: float | None = Field(default=None, alias="memoryInGB")
    gpu: NotCovered = None


class Resources(Shape):
    """The resources that a container requests, and its limits."""

    requests: Amount
    limits: Amount | None = None


class Port(Shape):
    """A port that a container declares."""

    port: int
    protocol: Literal["TCP", "UDP"] = "TCP"


class InitContainerProperties(Shape):
    """An init container: it has no ports or resources."""

    only_in_answers: ClassVar[frozenset[str]] = frozenset({"instanceView"})

    image: str
    command: tuple[str, ...] = ()
    environment_variables: tuple[EnvironmentVariable, ...] = ()
    volume_mounts: tuple[VolumeMount, ...] = ()
    security_context: NotCovered = None


class ContainerProperties(InitContainerProperties):
    """A container, which also has ports and resources."""

    ports: tuple[Port, ...] = ()
    resources: Resources | None = None
    liveness_probe: NotCovered = None
    readiness_probe: NotCovered = None


class InitContainerSpec(Shape):
    """One init container of a group."""

    name: str
    properties: InitContainerProperties


class ContainerSpec(Shape):
    """One container of a group."""

    name: str
    properties: ContainerProperties


AnyContainerSpec = InitContainerSpec | ContainerSpec


class Volume(Shape):
    """A volume of exactly one kind."""

    name: str
    empty_dir: dict[str, Any] | None = None
    secret: dict[str, str] | None = None
    azure_file: NotCovered = None
    git_repo: NotCovered = None


class RegistryCredential(Shape):
    """How the images of one registry are pulled: as a user with a password, or as a managed identity."""

    server: str
    username: str | None = None
    password: str | None = None
    identity: str | None = None
    identity_url: NotCovered = None


class GroupProperties(Shape):
    """The group's containers, volumes and policies."""

    only_in_answers: ClassVar[frozenset[str]] = frozenset({"provisioningState", "instanceView"})

    containers: tuple[ContainerSpec, ...]
    init_containers: tuple[InitContainerSpec, ...] = ()
    volumes: tuple[Volume, ...] = ()
    image_registry_credentials: tuple[RegistryCredential, ...] = ()
    restart_policy: Literal["Always", "OnFailure", "Never"] = "Always"
    os_type: str = ""
    sku: Literal["Standard", "Dedicated", "Confidential"] = "Standard"
    priority: str = "Regular"
    ip_address: NotCovered = None
    diagnostics: NotCovered = None
    subnet_ids: NotCovered = None
    dns_config: NotCovered = None
    encryption_properties: NotCovered = None
    extensions: NotCovered = None
    confidential_compute_properties: NotCovered = None

    @property
    def all_containers(self) -> tuple[AnyContainerSpec, ...]:
        """All containers: init containers in their order, then the others."""
        return (*self.init_containers, *self.containers)

    @property
    def ports(self) -> frozenset[int]:
        """Every port that a container declares."""
        return frozenset(port.port for one in self.containers for port in one.properties.ports)

    @property
    def cores(self) -> float:
        """The sum of the cores that the containers request."""
        return round(sum(requests_of(container).cpu or 0 for container in self.containers), 2)

    @property
    def memory(self) -> float:
        """The sum of the gigabytes that the containers request."""
        return round(sum(requests_of(container).memory_in_gb or 0 for container in self.containers), 1)


class UserAssignedIdentity(Shape):
    """An identity under its resource id; the service sets its other ids."""

    only_in_answers: ClassVar[frozenset[str]] = frozenset({"principalId", "clientId"})


class Identity(Shape):
    """The managed identities of a group."""

    only_in_answers: ClassVar[frozenset[str]] = frozenset({"principalId", "tenantId"})

    type: Literal["SystemAssigned", "UserAssigned", "SystemAssigned, UserAssigned", "None"] = "None"
    user_assigned_identities: dict[str, UserAssignedIdentity] = Field(default_factory=dict)

    @property
    def resource_ids(self) -> frozenset[str]:
        """The resource ids of the user-assigned identities, which are case-insensitive."""
        return frozenset(one.lower() for one in self.user_assigned_identities)


class Resource(Shape):
    """The properties of every resource of Azure Resource Manager."""

    only_in_answers: ClassVar[frozenset[str]] = frozenset({"id", "name", "type"})

    tags: dict[str, str] = Field(default_factory=dict)
    zones: NotCovered = None


class GroupSpec(Resource):
    """The body of a PUT."""

    location: str
    identity: Identity = Identity()
    properties: GroupProperties


class TagsUpdate(Resource):
    """The body of a PATCH: "the container group resource with just the tags to be updated"."""

    location: NotCovered = None


def requests_of(container: ContainerSpec) -> Amount:
    """Return the resources that *container* requests, zero by default."""
    resources = container.properties.resources
    return resources.requests if resources else Amount()
