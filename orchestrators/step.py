"""Call an activity from an orchestration: typed at both ends, patient with services that are busy."""

import datetime as dt
import logging
import traceback
from collections.abc import Generator
from typing import Any, TypeVar

import azure.durable_functions as df

from activities.activity import Activity
from autocoder import wire
from autocoder.shared.redaction import Redactor

InputT = TypeVar("InputT")
OutputT = TypeVar("OutputT")
OtherInputT = TypeVar("OtherInputT")
OtherOutputT = TypeVar("OtherOutputT")
Steps = Generator[Any, Any, OutputT]
Call = tuple[Activity[InputT, OutputT], InputT]

# For bugs and lost workers; what a service answers is waited out below.
RETRY = df.RetryOptions(first_retry_interval_in_milliseconds=5_000, max_number_of_attempts=3)
MAX_TRIES = 40  # with at most 60 s between them: over half an hour of a service that is away
MAX_PATIENT_TRIES = 400  # hours: what the agent has done is paid
MAX_PAUSE_SECONDS = 60.0
MAX_REQUESTED_PAUSE_SECONDS = 3_600.0
log = logging.getLogger("autocoder.orchestrators")


class StepFailed(Exception):  # noqa: N818  (it is the field's word, and no bug)
    """A step that cannot succeed: the message says why and what to do."""


def step(
    context: df.DurableOrchestrationContext,
    activity: Activity[InputT, OutputT],
    value: InputT,
    *,
    patient: bool = False,
) -> Steps[OutputT]:
    """Schedule *activity* with *value*, wait, and return its typed result; raises `StepFailed`.

    A *patient* step waits for hours until a service is back, or accepts the app's sign-in again.
    """
    reply = yield _scheduled(context, activity, value)
    return (yield from _settled(context, activity, value, reply, MAX_PATIENT_TRIES if patient else None))


def together(
    context: df.DurableOrchestrationContext,
    first: Call[InputT, OutputT],
    second: Call[OtherInputT, OtherOutputT],
) -> Steps[tuple[OutputT, OtherOutputT]]:
    """Take two steps at once, of which neither needs the other's result; raises `StepFailed`."""
    replies = yield context.task_all([_scheduled(context, *first), _scheduled(context, *second)])
    one = yield from _settled(context, *first, replies[0])
    other = yield from _settled(context, *second, replies[1])
    return one, other


def _scheduled(
    context: df.DurableOrchestrationContext, activity: Activity[InputT, OutputT], value: InputT
) -> Any:
    return context.call_activity_with_retry(activity.name, RETRY, wire.dump(value))


def _settled(
    context: df.DurableOrchestrationContext,
    activity: Activity[InputT, OutputT],
    value: InputT,
    reply: Any,
    tries: int | None = None,
) -> Steps[OutputT]:
    """Return the typed result in *reply*, asked for again as long as that is worth a try.

    Without *tries*, a reply may limit them itself.
    """
    counted: dict[str, int] = {}  # how often each error was met
    last = (tries or MAX_TRIES) - 1
    for attempt in range(last + 1):
        if "value" in reply:
            answer: OutputT = wire.load(activity.output, reply["value"])
            return answer
        if "failed" in reply:
            break
        again = reply["again"]
        most, code = tries or again.get("most", MAX_TRIES), again.get("code", "")
        counted[code] = counted.get(code, 0) + 1
        if counted[code] >= most or attempt == last:  # else the last answer would not be looked at
            break
        seconds = float(again["seconds"])
        yield from sleep(context, seconds if again.get("steady") else pause(attempt, seconds))
        reply = yield _scheduled(context, activity, value)
    raise StepFailed(reply.get("failed", reply.get("again"))["reason"])


def reason_of(context: df.DurableOrchestrationContext, run_id: str, error: Exception) -> str:
    """Return why a step of a run failed, in a sentence for people; a bug is logged, and never quoted.

    What the SDK raises for a failed activity has the worker's stack in it, in a form that differs by version.
    """
    if isinstance(error, StepFailed):
        return str(error)
    if not context.is_replaying:
        stack = "".join(traceback.format_exception(error))
        log.error("run %s: %s", run_id, Redactor().redact(stack))
    return f"Autocoder had an unexpected error. Search the app's log for {run_id}."


def sleep(context: df.DurableOrchestrationContext, seconds: float) -> Steps[None]:
    """Wait *seconds* by a durable timer."""
    yield context.create_timer(context.current_utc_datetime + dt.timedelta(seconds=seconds))


def pause(attempt: int, wished: float) -> float:
    """Return how long to wait after *attempt* (from 0): what the service wished, else 1, 2, 4 ... 60 s."""
    return min(max(wished, min(2.0**attempt, MAX_PAUSE_SECONDS)), MAX_REQUESTED_PAUSE_SECONDS)
