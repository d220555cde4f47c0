"""Limits the memory that requests take while they are held, over all connections."""

import threading
from collections.abc import Callable

from runner.gateway.http_messages import MAX_REQUEST_BYTES

MAX_HELD_BYTES = 2 * MAX_REQUEST_BYTES
MAX_KEPT_BYTES = MAX_REQUEST_BYTES  # of requests that are kept until their answer begins, to be sent again
LOOK_SECONDS = 0.05  # how often a waiting request checks that the agent still wants it


class RequestMemory:
    """The number of bytes that all requests together may hold. A request that finds no room waits."""

    def __init__(self, max_bytes: int = MAX_HELD_BYTES) -> None:
        self._free = max_bytes
        self._changed = threading.Condition()

    def take(self, size: int, is_wanted: Callable[[], bool]) -> bool:
        """Wait for *size* free bytes and take them; returns False when *is_wanted* returns false first."""
        with self._changed:
            while size > self._free:
                self._changed.wait(LOOK_SECONDS)
                if not is_wanted():
                    return False
            self._free -= size
        return True

    def give_back(self, size: int) -> None:
        """Give *size* bytes back."""
        with self._changed:
            self._free += size
            self._changed.notify_all()
