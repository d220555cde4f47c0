"""Calling several services in parallel."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar, overload

MAX_THREADS = 8  # services begin to throttle above that

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
    """Return the results of *calls*, made in parallel. Raises the exception of the first that failed."""
    with ThreadPoolExecutor(min(max(1, len(calls) - 1), MAX_THREADS)) as pool:
        others = [pool.submit(call) for call in calls[1:]]
        return (calls[0](), *(other.result() for other in others)) if calls else ()
