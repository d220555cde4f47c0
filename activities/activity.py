"""The decorator of all activities.

An activity is a function of one value. Its result is sent as `{"value": ...}`. An error of the domain is a
value too, so that Durable Functions does not retry what cannot succeed: `{"again": ...}` when a retry may
help, `{"failed": ...}` when a person has to act. Any other exception is a bug and is raised.

An activity with a second parameter, `start`, may start runs: it gets a function that takes a run's id.
"""

import asyncio
import logging
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar, get_type_hints, overload

import azure.durable_functions as df

from activities.parts.orchestrations import start_run_agent
from autocoder import wire
from autocoder.clients.connect import clients
from autocoder.errors import AutocoderError, MayPass, NoCapacity, RetryLater, SignInRequired, Transient
from autocoder.requests.delivery import Delivery

InputT = TypeVar("InputT")
OutputT = TypeVar("OutputT")
MAX_SIGN_IN_TRIES = 10
# After which a new image is known everywhere, and a new role, which may take ten minutes:
# https://learn.microsoft.com/azure/role-based-access-control/troubleshooting
REFUSED_MINUTES = 12.0
MAX_ERROR_LENGTH = 1_000
START_SECONDS = 30.0
MAX_STARTING = 16  # they do more than that: most of a run's work is in activities that may start others
# Activities that start runs wait in threads of their own: the event loop's threads are for the HTTP routes.
STARTING = ThreadPoolExecutor(MAX_STARTING, thread_name_prefix="starting")
Start = Callable[[str], None]
log = logging.getLogger("autocoder.activities")


class UnexpectedError(Exception):
    """An unexpected error, with the redacted type and message of the original exception."""


@dataclass(frozen=True)
class Activity(Generic[InputT, OutputT]):
    """A function of one value, registered with Durable Functions under its own name."""

    run: Callable[..., OutputT]
    blueprint: df.Blueprint
    output: Any  # the type of its result

    @property
    def name(self) -> str:
        """The name by which orchestrations call it."""
        return self.run.__name__


@overload
def activity(run: Callable[[InputT], OutputT]) -> Activity[InputT, OutputT]: ...
@overload
def activity(run: Callable[[InputT, Start], OutputT]) -> Activity[InputT, OutputT]: ...
def activity(run: Callable[..., Any]) -> Activity[Any, Any]:
    """Register *run* as an activity whose input and result are sent as plain JSON.

    The registered function raises `UnexpectedError` when *run* raises anything but an error of the domain.
    """
    return _registered(run, STARTING)


def activity_in(
    threads: ThreadPoolExecutor,
) -> Callable[[Callable[[InputT, Start], OutputT]], Activity[InputT, OutputT]]:
    """Return the decorator of an activity that may start runs, and works in these *threads*."""
    return partial(_registered, threads=threads)


def _registered(run: Callable[..., Any], threads: ThreadPoolExecutor) -> Activity[Any, Any]:
    """Return *run* as a registered activity; one that may start runs works in *threads*."""
    hints = get_type_hints(run)
    output, blueprint = hints.pop("return"), df.Blueprint()
    starts = hints.pop("start", None) is not None
    (kind,) = hints.values()

    def entry(payload: Any) -> Any:
        return _answered(run, kind, payload)

    async def starting_entry(payload: Any, client: Any) -> Any:
        loop = asyncio.get_running_loop()

        def start(run_id: str) -> None:
            starting = start_run_agent(client, run_id, lambda: _has_moved(run_id))
            started = asyncio.run_coroutine_threadsafe(starting, loop)
            try:
                started.result(START_SECONDS)
            except TimeoutError:
                started.cancel()
                raise Transient("The run could not be started in time.") from None

        return await loop.run_in_executor(threads, _answered, run, kind, payload, start)

    entry.__name__ = starting_entry.__name__ = run.__name__
    function = blueprint.durable_client_input(client_name="client")(starting_entry) if starts else entry
    blueprint.activity_trigger(input_name="payload")(function)
    return Activity(run, blueprint, output)


def _answered(run: Callable[..., Any], kind: Any, payload: Any, *more: Any) -> dict[str, Any]:
    """Return the reply of activity *run* to *payload*, a value of type *kind* as JSON."""
    where = run.__name__
    try:
        value = wire.load(kind, payload)
        where = f"{_subject(value)}: {where}"
        return {"value": wire.dump(run(value, *more))}
    except AutocoderError as error:
        reply = _reply(error)
        log.warning("%s: %s", where, reply)
        return reply
    except Exception as error:
        log.error("%s: %s", where, clients().redact(traceback.format_exc()))
        words = clients().redact(f"{type(error).__name__}: {error}")
        raise UnexpectedError(words[:MAX_ERROR_LENGTH]) from None  # the history stores it


def _has_moved(run_id: str) -> bool:
    """Whether the run does not wait any more: whoever started it need not try again."""
    return not (clients().records.get(run_id) or {}).get("waiting_for")


def _subject(value: Any) -> str:
    """Return the run that an activity's input is, or belongs to, or else the delivery, with its id."""
    if isinstance(value, Delivery):
        return f"delivery {value.id}"
    for name in ("given", "report", "plan", "run"):
        value = getattr(value, name, value)
    return f"run {value if isinstance(value, str) else value.id}"


def _reply(error: AutocoderError) -> dict[str, Any]:
    """Return *error* as a value: whether, when and for how many minutes to retry, or why not.

    A `steady` pause is always `seconds`, any other grows (`orchestrators/step.py`).
    """
    reason = clients().redact(f"{error} ({error.code})")
    given = clients().settings
    if isinstance(error, NoCapacity):
        return _again(reason, error.retry_after_seconds, minutes=given.capacity_minutes, steady=True)
    if isinstance(error, MayPass):
        return _again(reason, 0, minutes=REFUSED_MINUTES)
    if isinstance(error, RetryLater):
        return _again(reason, error.retry_after_seconds)
    if isinstance(error, Transient):
        return _again(reason, 0)
    if isinstance(error, SignInRequired):
        seconds = 60 * given.sign_in_minutes / MAX_SIGN_IN_TRIES
        return _again(reason, seconds, minutes=given.sign_in_minutes, steady=True)
    return {"failed": {"reason": reason}}


def _again(reason: str, seconds: float, **more: Any) -> dict[str, Any]:
    return {"again": {"reason": reason, "seconds": seconds, **more}}
