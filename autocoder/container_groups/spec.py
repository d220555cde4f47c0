"""The specification of a container group: its containers, their volumes, and the names of their secrets.

https://learn.microsoft.com/azure/container-instances/container-instances-container-groups
"""

from typing import Literal

from pydantic import Field

from autocoder.models import Value


class Mount(Value):
    """A volume in a container, at `/<volume>`."""

    volume: str
    read_only: bool = False

    @property
    def path(self) -> str:
        """Where it is mounted."""
        return f"/{self.volume}"


class ContainerSpec(Value):
    """One container: image, command, environment, volumes, resources."""

    name: str
    image: str
    command: tuple[str, ...]
    env: dict[str, str]
    secret_env: tuple[str, ...] = Field(
        (), description="secret variables, whose values the client gets separately"
    )
    mounts: tuple[Mount, ...]
    cpu: float = 0
    memory_gb: float = 0
    cpu_limit: float = 0
    memory_limit_gb: float = 0
    ports: tuple[int, ...] = ()


class ContainerGroupSpec(Value):
    """A container group: init containers run in order, then all containers together."""

    name: str
    location: str
    tags: dict[str, str]
    volumes: tuple[str, ...]
    init_containers: tuple[ContainerSpec, ...]
    containers: tuple[ContainerSpec, ...]
    restart_policy: Literal["Never"] = "Never"
    subnet_id: str | None = None
    pull_identity: str | None = None
