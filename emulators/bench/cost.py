"""What a run costs: requests as the services count them, history rows, and CPU time.

https://learn.microsoft.com/azure/storage/blobs/monitor-blob-storage
"""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Self

from emulators.bench.counting.access_logs import AccessLogs, Traffic
from emulators.bench.counting.hub import Hub
from emulators.bench.counting.usage import cpu_seconds
from emulators.platform.running import STORAGE, Platform
from emulators.ports import AZURE_DEVOPS, AZURE_RESOURCE_MANAGER, FUNCTIONS_HOST

MEASURED = (FUNCTIONS_HOST.name, STORAGE)  # the programs whose CPU time counts


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run costs, or the average of several."""

    storage: float
    storage_by_containers: float
    azure_devops: float
    azure_devops_by_containers: float
    resource_manager: float
    history_rows: float
    host_cpu: float
    azurite_cpu: float

    @classmethod
    def median(cls, costs: Sequence[Self]) -> Self:
        """Return the median of each figure, so that a timer of the app during one run does not count."""
        return cls(*(statistics.median(getattr(one, field.name) for one in costs) for field in fields(cls)))


@dataclass(frozen=True, slots=True)
class Reading:
    """All counters at one moment."""

    logs: dict[str, int]
    rows: int
    cpu: tuple[float, ...]


class Meter:
    """Reads the counters of a platform, from outside the app."""

    def __init__(self, platform: Platform, hub: Hub) -> None:
        self._platform, self._hub = platform, hub
        self._logs = AccessLogs(platform.plan)

    def reading(self) -> Reading:
        """Return the counters as they are now."""
        pids = self._platform.pids()
        cpu = tuple(cpu_seconds(pids[name]) for name in MEASURED)
        return Reading(self._logs.position(), self._hub.rows_written(), cpu)

    def since(self, before: Reading, runs: int = 1) -> Cost:
        """Return what each of *runs* has cost since the reading *before*."""
        now = self.reading()
        host_cpu, azurite_cpu = (late - early for late, early in zip(now.cpu, before.cpu, strict=True))
        counted = requests_of(self._logs.since(before.logs))
        figures = (*counted, now.rows - before.rows, host_cpu, azurite_cpu)
        return Cost(*(figure / runs for figure in figures))


def requests_of(traffic: Traffic) -> tuple[int, int, int, int, int]:
    """Return the requests to storage, by app and containers, to Azure DevOps likewise, and of the groups."""
    return (
        traffic.count(STORAGE, lambda request: not request.has_signature),
        traffic.count(STORAGE, lambda request: request.has_signature),
        traffic.count(AZURE_DEVOPS.name, lambda request: not request.is_clone),
        traffic.count(AZURE_DEVOPS.name, lambda request: request.is_clone),
        traffic.count(AZURE_RESOURCE_MANAGER.name),
    )
