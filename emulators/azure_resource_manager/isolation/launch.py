"""The interface between a group and the isolation that starts and ends its containers.

Command, environment and mounts: https://learn.microsoft.com/rest/api/container-instances/container-groups/create-or-update#container
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from emulators.azure_resource_manager.isolation.images import Bind, Image


@dataclass(frozen=True, slots=True)
class Launch:
    """One start of one container: command, environment, mounts and private folder."""

    mark: str  # the group and the container, unique on this machine
    hostname: str
    image: Image
    command: tuple[str, ...]
    environment: Mapping[str, str]
    volumes: tuple[Bind, ...]
    folder: Path


class Isolation(Protocol):
    """Starts containers, and ends them together with everything they have started."""

    name: str

    async def start(self, launch: Launch, output: int) -> asyncio.subprocess.Process:
        """Start a container that writes to the descriptor *output*; raises `OSError` when it cannot run."""

    async def end(self, process: asyncio.subprocess.Process, mark: str) -> None:
        """Kill a container with everything it has started, and wait until all processes have ended."""

    def kill(self, process: asyncio.subprocess.Process) -> None:
        """Kill a container's first process, as the kernel does when memory runs out."""

    def processes(self, process: asyncio.subprocess.Process, mark: str) -> list[int]:
        """Return the ids of a container's live processes."""

    async def close(self) -> None:
        """End the processes that all containers share."""


def children(pid: int) -> list[int]:
    """Return the ids of the direct children of process *pid*; none when it has ended."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def descendants(pid: int) -> list[int]:
    """Return the ids of every process below *pid*."""
    below: list[int] = []
    for child in children(pid):
        below += [child, *descendants(child)]
    return below
