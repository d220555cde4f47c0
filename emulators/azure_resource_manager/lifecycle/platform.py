"""The platform that runs all container groups of this machine, and its possible failures.

https://learn.microsoft.com/azure/container-instances/container-instances-troubleshooting
"""

import uuid
from dataclasses import dataclass, field
from pathlib import Path

from emulators.azure_resource_manager.isolation.addresses import LoopbackPorts
from emulators.azure_resource_manager.isolation.images import Images
from emulators.azure_resource_manager.isolation.launch import Isolation
from emulators.azure_resource_manager.lifecycle.times import now

TROUBLES = ("neverStarts", "failsToProvision", "startDelay")


class ProvisioningError(Exception):
    """The platform cannot start the group; code and message give the reason."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Platform:
    """The components that every group needs: isolation, images, ports, and the folder of all groups."""

    isolation: Isolation
    images: Images
    ports: LoopbackPorts
    folder: Path


@dataclass(slots=True)
class Trouble:
    """A failure or a delay of the next groups, set by a test."""

    kind: str  # one of TROUBLES
    times: int = 1
    seconds: float = 0.0


@dataclass(slots=True)
class Operation:
    """The long-running operation that a PUT starts."""

    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    status: str = "Pending"
    start_time: str = field(default_factory=now)
    error: dict[str, str] | None = None
