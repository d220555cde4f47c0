"""Call an activity from an orchestration: typed at both ends, patient with services that are busy."""

import contextlib
import datetime as dt
import logging
import traceback
from collections.abc import Generator
from typing import Any, TypeVar

import azure.durable_functions as df

from activities.activity import Activity, UnexpectedError
from autocoder import wire
from autocoder.shared.redaction import Redactor

InputT = TypeVar("InputT")
OutputT = TypeVar("OutputT")
Steps = Generator[Any, Any, OutputT]
Call = tuple[Activity[InputT, OutputT], InputT]

# For bugs and lost workers; what a service answers is waited out below.
RETRY = df.RetryOptions(first_retry_interval_in_milliseconds=5_000, max_number_of_attempts=3)
MAX_MINUTES_HERE = 3.0  # a longer wait needs no orchestration
MAX_PAUSE_SECONDS = 60.0
DEFAULT_MINUTES = 40.0  # for which a service that is away is waited for in all
log = logging.getLogger("autocoder.orchestrators")


UNEXPECTED = UnexpectedError.__name__
LOST_WORKER = {"again": {"reason": "The app's worker ended in the middle of the step.", "seconds": 30}}


class StepFailed(Exception):  # noqa: N818  (it is the field's word, and no bug)
    """A step that cannot succeed: the message says why and what to do."""


class StepWaits(StepFailed):
    """A step that may succeed later, but not in the minutes that an orchestration waits."""

    def __init__(self, reason: str, *, since: str, seconds: float, minutes: float) -> None:
        """*since*: time of the first try; *seconds*: the pause; *minutes*: how long waiting is worth it."""
        super().__init__(reason)
        self.since, self.seconds, self.minutes = since, seconds, minutes


def step(
    context: df.DurableOrchestrationContext, activity: Activity[InputT, OutputT], value: InputT
) -> Steps[OutputT]:
    """Schedule *activity* with *value*, wait, and return its typed result.

    Raises `StepWaits` when a service is away for longer than some minutes, else `StepFailed`.
    """
    (answer,) = yield from _settled(context, (activity, value))
    if isinstance(answer, Exception):
        raise answer
    result: OutputT = answer
    return result


def attempted(context: df.DurableOrchestrationContext, *calls: Call[Any, Any]) -> Steps[list[Any]]:
    """Take several steps at once, whichever of them fails: an exception takes the place of its result."""
    return (yield from _settled(context, *calls))


def _settled(context: df.DurableOrchestrationContext, *calls: Call[Any, Any]) -> Steps[list[Any]]:
    """Return the result of each call, or the exception with which it failed.

    What may succeed later is asked for again for some minutes, as long as that is worth a try.
    """
    answers: list[Any] = [None] * len(calls)
    left, since, tries = list(range(len(calls))), context.current_utc_datetime, 0
    while left:
        replies = yield from _replies(context, [calls[number] for number in left])
        pauses = []
        for number, reply in zip(tuple(left), replies, strict=True):
            answers[number], seconds = _judged(context, calls[number][0], reply, since, tries)
            if seconds is None:
                left.remove(number)
            else:
                pauses.append(seconds)
        if pauses:
            yield from sleep(context, max(pauses))
        tries += 1
    return answers


def _replies(context: df.DurableOrchestrationContext, calls: list[Call[Any, Any]]) -> Steps[list[Any]]:
    """Return the reply to each call, or the exception that was raised for it: a bug, or a lost worker."""
    tasks = [
        context.call_activity_with_retry(activity.name, RETRY, wire.dump(value)) for activity, value in calls
    ]
    if len(tasks) > 1:
        # Schedules all. Behind task_any the extension would go on too early when it replays: it counts what
        # comes next before it counts the retries of a task that is still open.
        with contextlib.suppress(Exception):  # the error of one, which is raised again below
            yield context.task_all(tasks)
    replies = []
    for task in tasks:
        try:
            replies.append((yield task))
        except Exception as error:
            replies.append(error)
    return replies


def _judged(
    context: df.DurableOrchestrationContext,
    activity: Activity[Any, Any],
    reply: Any,
    since: dt.datetime,
    tries: int,
) -> tuple[Any, float | None]:
    """Return the result or exception in *reply*, and for one to try again the seconds until then."""
    if isinstance(reply, Exception):
        if UNEXPECTED in str(reply):  # a bug in the activity
            return reply, None
        reply = LOST_WORKER
    if "failed" in reply:
        return StepFailed(reply["failed"]["reason"]), None
    if "again" not in reply:
        return wire.load(activity.output, reply["value"]), None
    again = reply["again"]
    minutes, asked = float(again.get("minutes", DEFAULT_MINUTES)), float(again["seconds"])
    seconds = asked if again.get("steady") else pause(tries, asked)
    waited = (context.current_utc_datetime - since).total_seconds()
    if waited + seconds > 60 * min(MAX_MINUTES_HERE, minutes):
        return StepWaits(again["reason"], since=since.isoformat(), seconds=seconds, minutes=minutes), None
    return None, seconds


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


def pause(tries: int, wished: float) -> float:
    """Return how long to wait after *tries* (from 0): what the service wished, else 1, 2, 4 ... 60 s."""
    return max(wished, min(2.0**tries, MAX_PAUSE_SECONDS))
