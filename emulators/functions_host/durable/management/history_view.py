"""The status and history of an instance in a status query: folded, with names in place of numbers.

Follows `DurableClient` of the extension: an activity is one event with the time it was scheduled, and the
orchestrator's own starts and ends are omitted. An example with all fields:
https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-http-api#get-instance-status
"""

import json
from typing import Any

from emulators.functions_host.durable.events import STATUS_NUMBERS, Event, EventType
from emulators.functions_host.durable.store import Instance, loads

SCHEDULES = (EventType.TaskScheduled, EventType.SubOrchestrationInstanceCreated)
FOLDED = {
    EventType.TaskCompleted: EventType.TaskScheduled,
    EventType.TaskFailed: EventType.TaskScheduled,
    EventType.SubOrchestrationInstanceCompleted: EventType.SubOrchestrationInstanceCreated,
    EventType.SubOrchestrationInstanceFailed: EventType.SubOrchestrationInstanceCreated,
}
OUTPUTS = (
    EventType.TaskCompleted,
    EventType.SubOrchestrationInstanceCompleted,
    EventType.ExecutionCompleted,
)
INTERNAL = (EventType.OrchestratorStarted, EventType.OrchestratorCompleted)
HIDDEN = ("EventId", "Version", "Input", "OrchestrationInstance", "ParentInstance", "Tags", "TimerId")
STATUS_NAMES = {number: name for name, number in STATUS_NUMBERS.items()}


def show_instance(instance: Instance, *, show_input: bool) -> dict[str, Any]:
    """Return the status payload without history."""
    return {
        "name": instance.name,
        **({"version": instance.version} if instance.version else {}),
        "instanceId": instance.id,
        **({"parentInstanceId": instance.parent} if instance.parent else {}),
        "runtimeStatus": instance.status,
        "input": loads(instance.input) if show_input else None,
        "customStatus": loads(instance.custom),
        "output": loads(instance.output),
        "createdTime": f"{instance.created[:19]}Z",
        "lastUpdatedTime": f"{instance.updated[:19]}Z",
    }


def show_history(stored: list[str], *, show_output: bool) -> list[Event]:
    """Return a history as clients see it; results only with *show_output*."""
    events = [json.loads(text) for text in stored]
    scheduled = {(e["EventType"], e["EventId"]): e for e in events if e["EventType"] in SCHEDULES}
    shown = [_show(e, scheduled, show_output=show_output) for e in events if e["EventType"] not in INTERNAL]
    ended = {_schedule_of(e) for e in events if e["EventType"] in FOLDED}
    keys = [(e["EventType"], e["EventId"]) for e in events if e["EventType"] not in INTERNAL]
    return [view for key, view in zip(keys, shown, strict=True) if key not in ended]


def _schedule_of(event: Event) -> tuple[int, int]:
    return (FOLDED[EventType(event["EventType"])], event["TaskScheduledId"])


def _show(event: Event, scheduled: dict[tuple[int, int], Event], *, show_output: bool) -> Event:
    kind = EventType(event["EventType"])
    view = {name: value for name, value in event.items() if name not in HIDDEN} | {"EventType": kind.name}
    if kind in FOLDED:
        del view["TaskScheduledId"]
        schedule = scheduled.get(_schedule_of(event))
        if schedule:
            view |= {"ScheduledTime": schedule["Timestamp"], "FunctionName": schedule["Name"]}
    if kind == EventType.ExecutionStarted:
        view["FunctionName"] = view.pop("Name")
    if kind == EventType.ExecutionCompleted:
        view["OrchestrationStatus"] = STATUS_NAMES[view["OrchestrationStatus"]]
    if kind in OUTPUTS:
        result = view.pop("Result", None)
        if show_output:
            view["Result"] = _output(result)
    return view


def _output(raw: str | None) -> Any:
    try:
        return loads(raw)
    except ValueError:
        return raw
