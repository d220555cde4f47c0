"""Rewind of failed instances: their failures are taken out of the history, and what failed is tried again.

Follows `AzureTableTrackingStore.RewindHistoryAsync` of https://github.com/Azure/durabletask: every failed
activity of the history runs again (also one whose failure was caught), and failed children are rewound.
https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-instance-management#rewind-instances
"""

import json
from collections.abc import Iterator

from emulators.functions_host.durable.events import STATUS_NUMBERS, Event, EventType, event
from emulators.functions_host.durable.hub import Hub
from emulators.functions_host.durable.store import Instance

FAILED = STATUS_NUMBERS["Failed"]


def rewind(hub: Hub, instance_id: str, reason: str | None) -> None:
    """Rewind a failed instance; its deepest failed children, or itself, run again."""
    instance = hub.store.instance(instance_id)
    if instance is None or instance.status != "Failed":
        return
    for leaf in list(_reset(hub, instance)):
        hub.send(leaf, event(EventType.GenericEvent, Data=reason))


def _reset(hub: Hub, instance: Instance) -> Iterator[str]:
    """Take the failures out of the history of *instance*; yield the ids of those that are to be woken."""
    events: list[Event] = [json.loads(text) for text in hub.store.history(instance.id)]
    created = {one["EventId"]: one for one in events if _is(one, EventType.SubOrchestrationInstanceCreated)}
    activities = {one["TaskScheduledId"] for one in events if _is(one, EventType.TaskFailed)}
    children = [created[e["TaskScheduledId"]]["InstanceId"] for e in events if _is_child_failure(e)]
    for number, one in enumerate(events):
        if _is_failure(one) or (_is(one, EventType.TaskScheduled) and one["EventId"] in activities):
            hub.store.rewrite_history(instance.id, number, _emptied(one))
    hub.store.update_instance(instance.id, status="Pending")
    hub.forgotten(instance.id)
    if not children:
        yield instance.id
    for child_id in children:
        child = hub.store.instance(child_id)
        if child is not None and child.status == "Failed":
            yield from _reset(hub, child)


def _is(one: Event, kind: EventType) -> bool:
    return bool(one["EventType"] == kind)


def _is_child_failure(one: Event) -> bool:
    return _is(one, EventType.SubOrchestrationInstanceFailed)


def _is_failure(one: Event) -> bool:
    ended_badly = _is(one, EventType.ExecutionCompleted) and one["OrchestrationStatus"] == FAILED
    return ended_badly or _is(one, EventType.TaskFailed) or _is_child_failure(one)


def _emptied(one: Event) -> Event:
    return event(EventType.GenericEvent, one["EventId"], one["Timestamp"], Data=None)
