"""How many runs are active or waiting, which limits the requests of the REST interface.

A count reads a row for each of those runs: https://learn.microsoft.com/rest/api/storageservices/query-entities
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

MAX_AGE_SECONDS = 5.0
MARGIN = 20


@dataclass(slots=True)
class Backlog:
    """The number of runs that are active or waiting; *count* counts them."""

    count: Callable[[], int]
    _runs: int = 0
    _counted_at: float = float("-inf")

    def is_far_from(self, most: int) -> bool:
        """Whether one run more is far from *most*, by a count of the last seconds and what was added since.

        Then nothing has to be counted: what other processes add meanwhile is less than what is left.
        """
        is_fresh = time.monotonic() - self._counted_at < MAX_AGE_SECONDS
        if not (is_fresh and 2 * self._runs + MARGIN < most):
            return False
        self._runs += 1
        return True

    def counted(self) -> int:
        """Count the runs, and return how many there are."""
        self._runs = self.count()
        self._counted_at = time.monotonic()
        return self._runs
