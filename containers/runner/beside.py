"""A call that goes on beside its caller until its result is wanted."""

import threading
from collections.abc import Callable


class Beside:
    """Runs *call* in a thread of its own; where the caller waits for a network, nothing stands still."""

    def __init__(self, call: Callable[[], object]) -> None:
        self._call = call
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def wait(self) -> None:
        """Wait until the call has returned; raises what it has raised."""
        self._thread.join()
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        try:
            self._call()
        except BaseException as error:  # raised again where it is waited for
            self._error = error
