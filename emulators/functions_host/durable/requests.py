"""Changes that other threads request from the engine's thread, and the answers after the commit.

The real extension has no such queue: it writes to Azure Storage. Clients cannot tell the difference.
https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-azure-storage-provider
"""

import queue
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

Result = TypeVar("Result")
Request = tuple[Callable[[], Any], Future[Any]]
MAX_REQUESTS_PER_ROUND = 512


@dataclass(frozen=True, slots=True)
class Answer:
    """The result or exception of a change, delivered after the commit."""

    future: Future[Any]
    result: Any = None
    refused: Exception | None = None

    def give(self) -> None:
        """Resolve the future."""
        if self.refused is not None:
            self.future.set_exception(self.refused)
        else:
            self.future.set_result(self.result)


class Requests:
    """The queue between the threads."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[Request | None] = queue.SimpleQueue()

    def add(self, change: Callable[[], Result]) -> "Future[Result]":
        """Request *change*; its future is resolved after the commit."""
        future: Future[Result] = Future()
        self._queue.put((change, future))
        return future

    def wake(self) -> None:
        """End a wait in `take`."""
        self._queue.put(None)

    def are_waiting(self) -> bool:
        """Whether any request has not been taken."""
        return not self._queue.empty()

    def take(self, wait: float) -> list[Request]:
        """Return the waiting requests; wait up to *wait* seconds for the first one."""
        taken: list[Request] = []
        try:
            first = self._queue.get(timeout=wait) if wait > 0 else self._queue.get_nowait()
            while True:
                if first is not None:
                    taken.append(first)
                if len(taken) >= MAX_REQUESTS_PER_ROUND:
                    break
                first = self._queue.get_nowait()
        except queue.Empty:
            pass
        return taken


def carry_out(requests: Iterable[Request]) -> list[Answer]:
    """Make the requested changes, except cancelled ones, and return the answers to deliver."""
    answers = []
    for change, future in requests:
        if not future.set_running_or_notify_cancel():
            continue
        try:
            answers.append(Answer(future, change()))
        except Exception as error:
            answers.append(Answer(future, refused=error))
    return answers
