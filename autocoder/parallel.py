"""Calling several services in parallel, in threads that all calls of a process share."""

import os
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar, overload

MAX_THREADS = 8  # at once for one caller: services begin to throttle above that
SHARED_THREADS = 32

A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")


@overload
def in_parallel(one: Callable[[], A], two: Callable[[], B], /) -> tuple[A, B]: ...
@overload
def in_parallel(one: Callable[[], A], two: Callable[[], B], three: Callable[[], C], /) -> tuple[A, B, C]: ...
@overload
def in_parallel(*calls: Callable[[], A]) -> tuple[A, ...]: ...
def in_parallel(*calls: Callable[[], Any]) -> tuple[Any, ...]:
    """Return the results of *calls*, made in parallel. Raises the exception of the first that failed.

    All calls have ended then. Whoever calls makes them itself, and the shared threads help as far as they are
    free: so nobody waits for a call that has not begun, and calls within calls cannot wait for each other.
    """
    outcomes: list[_Outcome] = [_Outcome()] * len(calls)
    left = deque(enumerate(calls))

    def work() -> None:
        while left:
            try:
                number, call = left.popleft()
            except IndexError:  # another thread took the last one just now
                return
            outcomes[number] = _outcome(call)

    helpers = [_threads().submit(copy_context().run, work) for _ in range(min(len(calls), MAX_THREADS) - 1)]
    work()
    for helper in helpers:
        if not helper.cancel():
            helper.result()
    return tuple(outcome.result() for outcome in outcomes)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What a call returned, or the exception that it raised."""

    value: Any = None
    error: BaseException | None = None

    def result(self) -> Any:
        if self.error is not None:
            raise self.error
        return self.value


def _outcome(call: Callable[[], Any]) -> _Outcome:
    try:
        return _Outcome(call())
    except BaseException as error:  # whatever it is, it is raised in the thread of the caller
        return _Outcome(error=error)


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(SHARED_THREADS, thread_name_prefix="parallel")


os.register_at_fork(after_in_child=_threads.cache_clear)  # a forked process does not have the threads
