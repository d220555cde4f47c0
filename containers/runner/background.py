"""A call that runs in the background until its result is needed.

`concurrent.futures` offers the same, but importing it takes longer than the calls that run here.
https://docs.python.org/3/library/threading.html#thread-objects
"""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class BackgroundCall(Generic[T]):
    """Runs *call* in its own thread, starting at once."""

    def __init__(self, call: Callable[[], T]) -> None:
        self._call = call
        self._result: T
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def wait(self) -> T:
        """Wait until the call has ended and return its result. Raises the exception that it raised."""
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._result

    def _run(self) -> None:
        try:
            self._result = self._call()
        except BaseException as error:  # `wait` raises it again in the caller's thread
            self._error = error
