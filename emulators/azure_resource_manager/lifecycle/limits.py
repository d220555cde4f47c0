"""The limits of a region: quotas of groups and cores, and the rate of creates and deletes.

https://learn.microsoft.com/azure/container-instances/container-instances-resource-and-quota-limits
"""

import math
import time
from collections import deque
from dataclasses import dataclass, field

from emulators.azure_resource_manager.errors import too_many_requests

FIVE_MINUTES = 300
HOUR = 3600


@dataclass(slots=True)
class Limits:
    """The limits of every region of this machine; a test may change them."""

    groups: int = 100
    cores: float = 100
    per_five_minutes: int = 100
    per_hour: int = 300


@dataclass(slots=True)
class Window:
    """The times of one kind of operation, create or delete, within the last hour."""

    operation: str
    limits: Limits
    moments: deque[float] = field(default_factory=deque)

    def take(self) -> None:
        """Count an operation; raises `ResourceManagerError` (429) with the seconds to wait."""
        now = time.monotonic()
        while self.moments and now - self.moments[0] >= HOUR:
            self.moments.popleft()
        wait = max(
            self._wait(now, self.limits.per_five_minutes, FIVE_MINUTES),
            self._wait(now, self.limits.per_hour, HOUR),
        )
        if wait > 0:
            raise too_many_requests(self.operation, math.ceil(wait))
        self.moments.append(now)

    def _wait(self, now: float, allowed: int, seconds: int) -> float:
        recent = [moment for moment in self.moments if now - moment < seconds]
        if len(recent) < allowed:
            return 0
        return recent[-allowed] + seconds - now if allowed else seconds
