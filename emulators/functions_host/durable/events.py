"""History events of the Durable Task Framework, as JSON: their kinds, times and serialization.

The numbers are those of `DurableTask.Core.History.EventType` (https://github.com/Azure/durabletask) and of
`HistoryEventType` of the Python SDK (https://github.com/Azure/azure-functions-durable-python).
"""

import datetime as dt
import json
from collections.abc import Sequence
from enum import IntEnum
from typing import Any

Event = dict[str, Any]
TIME_FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"  # the SDK's DATETIME_STRING_FORMAT


class EventType(IntEnum):
    """The kinds of events in a history."""

    ExecutionStarted = 0
    ExecutionCompleted = 1
    ExecutionFailed = 2
    ExecutionTerminated = 3
    TaskScheduled = 4
    TaskCompleted = 5
    TaskFailed = 6
    SubOrchestrationInstanceCreated = 7
    SubOrchestrationInstanceCompleted = 8
    SubOrchestrationInstanceFailed = 9
    TimerCreated = 10
    TimerFired = 11
    OrchestratorStarted = 12
    OrchestratorCompleted = 13
    EventSent = 14
    EventRaised = 15
    ContinueAsNew = 16
    GenericEvent = 17
    HistoryState = 18
    ExecutionSuspended = 19
    ExecutionResumed = 20


TERMINAL = frozenset({"Completed", "Failed", "Terminated", "Canceled"})


def now() -> dt.datetime:
    """Return the time, in UTC."""
    return dt.datetime.now(dt.UTC)


def stamp(moment: dt.datetime | None = None) -> str:
    """Return *moment* (default: now) in the format of the SDK."""
    return (moment or now()).astimezone(dt.UTC).strftime(TIME_FORMAT)


def moment(text: str) -> dt.datetime:
    """Return the time that `stamp` has written as *text*."""
    return dt.datetime.strptime(text, TIME_FORMAT).replace(tzinfo=dt.UTC)


def event(kind: EventType, event_id: int = -1, when: str | None = None, **fields: Any) -> Event:
    """Return an event of *kind*; *event_id* is the sequence number of scheduled work, otherwise -1."""
    return {"EventType": int(kind), "EventId": event_id, "Timestamp": when or stamp(), **fields}


def dump(one: Event) -> str:
    """Return *one* as it is stored; `line` adds whether it has been played."""
    return json.dumps(one)


def line(stored: str, *, played: bool) -> str:
    """Return a *stored* event for the orchestrator's request; prepending `IsPlayed` avoids encoding again."""
    return ('{"IsPlayed":true,' if played else '{"IsPlayed":false,') + stored[1:]


def execution_started(
    *, instance: str, execution: str, name: str, input_: str | None, version: str, parent: str | None
) -> Event:
    """Return the event that begins an execution; *input_* is raw JSON, *version* is "" for none."""
    return event(
        EventType.ExecutionStarted,
        Name=name,
        Version=version or None,
        Input=input_,
        Tags=None,
        OrchestrationInstance={"InstanceId": instance, "ExecutionId": execution},
        ParentInstance={"OrchestrationInstance": {"InstanceId": parent}} if parent else None,
    )


STATUS_NUMBERS = {  # DurableTask.Core.OrchestrationStatus
    "Running": 0,
    "Completed": 1,
    "ContinuedAsNew": 2,
    "Failed": 3,
    "Canceled": 4,
    "Terminated": 5,
}


def execution_completed(status: str, output: Any, *, quiet: bool = False) -> Event:
    """Return the event that ends an execution; a failure's output is text, not JSON, or None if *quiet*."""
    result = (None if quiet else output) if status == "Failed" else json.dumps(output)
    return event(EventType.ExecutionCompleted, OrchestrationStatus=STATUS_NUMBERS[status], Result=result)


def status_after(fresh: Sequence[Event], before: str) -> str:
    """Return the status after the *fresh* events, Running or Suspended; *before* is the previous one."""
    words = {EventType.ExecutionSuspended: "Suspended", EventType.ExecutionResumed: "Running"}
    told = [words[e["EventType"]] for e in fresh if e["EventType"] in words]
    return told[-1] if told else ("Suspended" if before == "Suspended" else "Running")


def output_after(fresh: Sequence[Event], before: str | None) -> str | None:
    """Return the output of a living instance as JSON: the reason why it was last suspended or resumed."""
    pauses = (EventType.ExecutionSuspended, EventType.ExecutionResumed)
    reasons = [e["Reason"] for e in fresh if e["EventType"] in pauses and e["Reason"] is not None]
    return json.dumps(reasons[-1]) if reasons else before
