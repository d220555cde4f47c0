"""Invokes functions like the Python worker: async ones on the event loop, others in a thread pool.

https://learn.microsoft.com/azure/azure-functions/python-scale-performance-reference
"""

import asyncio
import contextvars
import logging
import os
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import azure.functions as func

from emulators.functions_host.logs import INVOCATION
from emulators.functions_host.worker.loader import Function

log = logging.getLogger("host")


class Context(func.Context):
    """The invocation context that a function may receive."""

    def __init__(self, function_name: str, directory: str, invocation_id: str) -> None:
        self._name, self._directory, self._id = function_name, directory, invocation_id
        self._local = threading.local()

    @property
    def invocation_id(self) -> str:
        """The id of this invocation."""
        return self._id

    @property
    def thread_local_storage(self) -> Any:
        """Storage for the invocation id in threads that the app starts."""
        return self._local

    @property
    def function_name(self) -> str:
        """The function's name."""
        return self._name

    @property
    def function_directory(self) -> str:
        """The app's folder."""
        return self._directory

    @property
    def trace_context(self) -> Any:
        """None: tracing is not covered."""
        return None

    @property
    def retry_context(self) -> Any:
        """None: retry policies of functions are not covered."""
        return None


class Invoker:
    """Runs the app's functions."""

    def __init__(self, directory: str, client_binding: Callable[[], str]) -> None:
        """*client_binding* gives the JSON that becomes a durable client."""
        threads = os.environ.get("PYTHON_THREADPOOL_THREAD_COUNT", "")
        count = int(threads) if threads.isdecimal() and int(threads) > 0 else None  # Python's own default
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="function")
        self._directory, self._client_binding = directory, client_binding
        self.loop: asyncio.AbstractEventLoop | None = None
        self.closing = False

    def close(self) -> None:
        """Shut the threads down without waiting for running functions."""
        self.closing = True
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def invoke(self, function: Function, arguments: Mapping[str, Any]) -> Any:
        """Run *function* from the event loop and return its result; re-raises its exception."""
        invocation, given = self._prepare(function, arguments)
        if function.is_async:
            return await _logged_async(function, invocation, given)
        run = asyncio.get_running_loop().run_in_executor(
            self._pool, contextvars.Context().run, _logged, function, invocation, given
        )
        return await run

    def submit(self, function: Function, arguments: Mapping[str, Any]) -> "Future[Any]":
        """Run *function* from another thread; raises `RuntimeError` before the event loop runs."""
        invocation, given = self._prepare(function, arguments)
        if not function.is_async:
            return self._pool.submit(contextvars.Context().run, _logged, function, invocation, given)
        if self.loop is None:
            raise RuntimeError("the event loop does not run yet")
        call = _logged_async(function, invocation, given)
        return asyncio.run_coroutine_threadsafe(call, self.loop)

    def _prepare(self, function: Function, arguments: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        invocation = str(uuid.uuid4())
        given = {**arguments, **{name: self._client_binding() for name in function.clients}}
        if function.requires_context:
            given["context"] = Context(function.name, self._directory, invocation)
        return invocation, given


def _logged(function: Function, invocation: str, given: Mapping[str, Any]) -> Any:
    with _invocation(function, invocation):
        return function.call(**given)


async def _logged_async(function: Function, invocation: str, given: Mapping[str, Any]) -> Any:
    with _invocation(function, invocation):
        return await function.call(**given)


@contextmanager
def _invocation(function: Function, invocation: str) -> Iterator[None]:
    """Add the invocation's id to log records inside the block, and log the outcome."""
    token, began = INVOCATION.set(invocation), time.perf_counter()
    try:
        yield
    except Exception:
        log.exception("Executed 'Functions.%s' (Failed, Duration=%.0fms)", function.name, _since(began))
        raise
    else:
        log.debug("Executed 'Functions.%s' (Succeeded, Duration=%.0fms)", function.name, _since(began))
    finally:
        INVOCATION.reset(token)


def _since(began: float) -> float:
    return (time.perf_counter() - began) * 1000
