"""The groups of this machine, their limits, and the failures that tests have set.

https://learn.microsoft.com/azure/container-instances/container-instances-resource-and-quota-limits
"""

import asyncio
import fcntl
import sys
from typing import TextIO

from emulators.azure_resource_manager.definition.regions import region_of
from emulators.azure_resource_manager.definition.spec import GroupSpec
from emulators.azure_resource_manager.errors import group_not_found, quota_reached
from emulators.azure_resource_manager.lifecycle.group import ContainerGroup
from emulators.azure_resource_manager.lifecycle.limits import Limits, Window
from emulators.azure_resource_manager.lifecycle.platform import Operation, Platform, Trouble
from emulators.azure_resource_manager.lifecycle.volumes import remove_tree

Key = tuple[str, str, str]  # subscription, resource group, name; names are case-insensitive


def key_of(subscription: str, resource_group: str, name: str) -> Key:
    """Return the key of a group."""
    return subscription.lower(), resource_group.lower(), name.lower()


class State:
    """All existing groups. They end with this program, because their processes are its children."""

    def __init__(self, platform: Platform, start_delay: float, limits: Limits) -> None:
        self.platform = platform
        self.start_delay = start_delay
        self.limits = limits
        self.creates = Window("CreateContainerGroup", limits)
        self.deletes = Window("DeleteContainerGroup", limits)
        self.groups: dict[Key, ContainerGroup] = {}
        self.operations: dict[str, tuple[Operation, str]] = {}
        self.troubles: list[Trouble] = []
        self._removals: set[asyncio.Task[None]] = set()
        self._lock: TextIO | None = None

    def open(self) -> None:
        """Lock and empty the folder of groups; raises `SystemExit` when another emulator uses it."""
        folder = self.platform.folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = (folder.parent / ".lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            sys.exit(f"azure_resource_manager: another emulator uses the state folder {folder.parent}")
        remove_tree(folder)
        folder.mkdir(mode=0o700)

    async def close(self) -> None:
        """End every process and remove every folder."""
        groups = list(self.groups.values())
        self.groups.clear()
        await asyncio.gather(*(group.halt() for group in groups))
        await asyncio.gather(*(asyncio.to_thread(group.remove_folder) for group in groups), *self._removals)
        await self.platform.isolation.close()

    def find(self, key: Key) -> ContainerGroup:
        """Return the group with *key*; raises `ResourceManagerError` (404) when there is none."""
        group = self.groups.get(key)
        if group is None:
            raise group_not_found(key[2], key[1])
        return group

    def called(self, name: str) -> ContainerGroup | None:
        """Return a group by its name, or None, for tests that know only the name."""
        return next((group for key, group in self.groups.items() if key[2] == name.lower()), None)

    def add(self, key: Key, group: ContainerGroup) -> None:
        """Add *group* and start it, with the failure that a test has set for the next group."""
        group.trouble = self._next_trouble()
        self.groups[key] = group
        self.note_operation(group)
        group.start()

    def note_operation(self, group: ContainerGroup) -> None:
        """Make the group's current operation available under its URL."""
        self.operations[group.operation.id] = (group.operation, group.id)

    async def remove(self, key: Key) -> ContainerGroup:
        """Remove the group with *key*, end its processes, and delete its folder in the background."""
        group = self.groups.pop(key)
        await group.halt()
        removal = asyncio.get_running_loop().create_task(asyncio.to_thread(group.remove_folder))
        self._removals.add(removal)
        removal.add_done_callback(self._removals.discard)
        return group

    def check_quota(self, spec: GroupSpec) -> None:
        """Raise `ResourceManagerError` (400) when the quota of the region has no room for *spec*."""
        groups, cores = self.used(spec.location)
        if groups + 1 > self.limits.groups:
            raise quota_reached("ContainerGroups", spec.location, self.limits.groups, groups, 1)
        wanted = spec.properties.cores
        if cores + wanted > self.limits.cores:
            raise quota_reached("StandardCores", spec.location, self.limits.cores, cores, wanted)

    def used(self, location: str) -> tuple[int, float]:
        """Return the number of groups in *location*, and the cores of those that have not ended."""
        here = [
            group for group in self.groups.values() if region_of(group.spec.location) == region_of(location)
        ]
        return len(here), sum(group.spec.properties.cores for group in here if not group.ended)

    def _next_trouble(self) -> Trouble | None:
        for trouble in self.troubles:
            if trouble.times > 0:
                trouble.times -= 1
                return trouble
        return None
