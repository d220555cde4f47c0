"""What the Durable Task Framework says when a replay does not schedule what the history records.

`TaskOrchestrationContext` of https://github.com/Azure/durabletask; the wording is that of version 3.11.2.
"""

from emulators.functions_host.durable.events import Event, EventType
from emulators.functions_host.errors import NonDeterministicError

ACTIONS = {
    EventType.TaskScheduled: "ScheduleTaskOrchestratorAction",
    EventType.SubOrchestrationInstanceCreated: "CreateSubOrchestrationAction",
    EventType.TimerCreated: "CreateTimerOrchestratorAction",
}
NOT_SCHEDULED = "but the current replay execution hasn't (yet?) scheduled this task."
INSTEAD = "but the current orchestration replay instead"


def not_scheduled(event: Event) -> NonDeterministicError:
    """Return the error for a recorded *event* whose task the replay has not scheduled."""
    number, kind = event["EventId"], EventType(event["EventType"])
    if kind == EventType.TimerCreated:
        return _error(f"a timer task with sequence number {number} {NOT_SCHEDULED}")
    if kind == EventType.SubOrchestrationInstanceCreated:
        return _error(f"{_child(event)}, {NOT_SCHEDULED}")
    named = f"and name '{event['Name']}' (version '{event.get('Version') or ''}')"
    return _error(f"an activity task with sequence ID {number} {named}, {NOT_SCHEDULED}")


def other_kind(event: Event, kind: EventType) -> NonDeterministicError:
    """Return the error for a recorded *event* in whose place the replay has work of another *kind*."""
    instead = f"{INSTEAD} produced a {ACTIONS[kind]} action"
    number = event["EventId"]
    match EventType(event["EventType"]):
        case EventType.SubOrchestrationInstanceCreated:
            return _error(f"{_child(event)}, {instead} at this sequence number.")
        case EventType.TimerCreated:  # the framework leaves a word out here
            return _error(
                f"a timer task with sequence number {number} named {instead} with this sequence number."
            )
    named = f"an activity task with sequence number {number} named '{event['Name']}'"
    return _error(f"{named}, {instead} with this sequence number.")


def other_name(event: Event, name: str) -> NonDeterministicError:
    """Return the error for a recorded *event* in whose place the replay has work with another *name*."""
    if event["EventType"] == EventType.SubOrchestrationInstanceCreated:
        instead = f"scheduled a sub-orchestration task with name {name} at this sequence number."
        return _error(f"{_child(event)}, {INSTEAD} {instead}")
    named = f"an activity task with sequence number {event['EventId']} named '{event['Name']}'"
    return _error(f"{named}, {INSTEAD} scheduled an activity task named '{name}' with this sequence number. ")


def _child(event: Event) -> str:
    given = f"(version '{event.get('Version') or ''}', instance ID '{event.get('InstanceId') or ''}')"
    return f"a sub-orchestration task with sequence ID {event['EventId']} and name '{event['Name']}' {given}"


def _error(scheduled: str) -> NonDeterministicError:
    return NonDeterministicError(
        "Non-Deterministic workflow detected: A previous execution of this orchestration scheduled "
        f"{scheduled} "
        "Was a change made to the orchestrator code after this instance had already started running?"
    )
