"""A call that goes on beside its caller until its result is wanted.

As an executor of `concurrent.futures` does it, whose import takes longer than what is done beside it.
"""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class BackgroundCall(Generic[T]):
    """Runs *call* in a thread of its own; where the caller waits for something else, nothing stands still."""

    def __init__(self, call: Callable[[], T]) -> None:
        self._call = call
        self._result: T
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def wait(self) -> T:
        """Return what the call has returned, when it has; raises what it has raised."""
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._result

    def _run(self) -> None:
        try:
            self._result = self._call()
        except BaseException as error:  # raised again where it is waited for
            self._error = error
