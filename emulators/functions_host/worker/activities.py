"""Runs activities, a limited number at a time, with values converted by azure-functions.

Follows `azure_functions_worker/dispatcher.py` and `bindings/meta.py`
(https://github.com/Azure/azure-functions-python-worker); the limit is `maxConcurrentActivityFunctions`:
https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-perf-and-scale#concurrency-throttles
"""

import asyncio
import collections
import threading
import traceback
from collections.abc import Mapping
from concurrent.futures import Future
from typing import Any

from azure.functions import meta

from emulators.functions_host.durable.engine import Ended
from emulators.functions_host.durable.store import ActivityTask
from emulators.functions_host.worker.invocations import Invoker
from emulators.functions_host.worker.loader import Function

MAX_STACK_CHARACTERS = 8_000


class Activities:
    """Runs activities, a limited number at a time (`maxConcurrentActivityFunctions`)."""

    def __init__(self, functions: Mapping[str, Function], invoker: Invoker, limit: int) -> None:
        self._functions, self._invoker, self._free = functions, invoker, limit
        self._waiting: collections.deque[tuple[ActivityTask, Ended]] = collections.deque()
        self._lock = threading.Lock()

    def start(self, task: ActivityTask, ended: Ended) -> None:
        """Run *task* as soon as the limit allows; *ended* receives its result as JSON, or its error."""
        with self._lock:
            if self._free == 0:
                self._waiting.append((task, ended))
                return
            self._free -= 1
        self._run(task, ended)

    def _run(self, task: ActivityTask, ended: Ended) -> None:
        function = self._functions.get(task.name)
        if function is None:
            message = (
                f"The function '{task.name}' doesn't exist, is disabled, or is not an activity function."
            )
            self._over(ended, None, (message, ""))
            return
        try:
            future = self._invoker.submit(function, {function.parameter: decoded(task.input)})
        except Exception as error:
            self._over(ended, None, failure(error))
            return
        future.add_done_callback(lambda done: self._finished(done, ended))

    def _finished(self, done: "Future[Any]", ended: Ended) -> None:
        if self._invoker.closing:
            return  # the activity runs again after the next start
        error = asyncio.CancelledError() if done.cancelled() else done.exception()
        if error is not None:
            self._over(ended, None, failure(error))
            return
        try:
            result = encoded(done.result())
        except Exception as unserializable:
            self._over(ended, None, failure(unserializable))
            return
        self._over(ended, result, None)

    def _over(self, ended: Ended, result: str | None, error: tuple[str, str] | None) -> None:
        ended(result, error)
        with self._lock:
            if not self._waiting:
                self._free += 1
                return
            task, following = self._waiting.popleft()
        self._run(task, following)


def decoded(text: str | None) -> Any:
    """Return an activity's argument from the JSON *text*, decoded by the binding's converter."""
    if text is None:
        return None
    return _converter().decode(meta.Datum(text, "json"), trigger_metadata={})


def encoded(returned: Any) -> str:
    """Return a result as JSON, encoded by the binding's converter; raises `ValueError` if it fails."""
    return str(_converter().encode(returned, expected_type=None).value)


def _converter() -> Any:
    """Return the converter that azure-functions registers for activities."""
    return meta.get_binding_registry().get("activityTrigger")  # type: ignore[no-untyped-call]


def failure(error: BaseException) -> tuple[str, str]:
    """Return the message (type and text) and the stack of *error*, as the worker sends them."""
    stack = "".join(traceback.format_exception(error))
    return f"{type(error).__name__}: {error}", stack[-MAX_STACK_CHARACTERS:]
