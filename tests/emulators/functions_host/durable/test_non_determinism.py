"""The words of the Durable Task Framework 3.11.2, as measured."""

import pytest

from emulators.functions_host.durable.events import EventType, event
from emulators.functions_host.durable.non_determinism import not_scheduled, other_kind, other_name

ACTIVITY = event(EventType.TaskScheduled, 0, Name="ok", Version="")
TIMER = event(EventType.TimerCreated, 0)
CHILD = event(EventType.SubOrchestrationInstanceCreated, 0, Name="chain", Version="1.0", InstanceId="x:0")
KNOWN_CHILD = (
    "a sub-orchestration task with sequence ID 0 and name 'chain' (version '1.0', instance ID 'x:0')"
)
REPLAY = "but the current orchestration replay instead"


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (
            not_scheduled(TIMER),
            "a timer task with sequence number 0 "
            "but the current replay execution hasn't (yet?) scheduled this task.",
        ),
        (
            not_scheduled(CHILD),
            f"{KNOWN_CHILD}, but the current replay execution hasn't (yet?) scheduled this task.",
        ),
        (
            other_kind(ACTIVITY, EventType.TimerCreated),
            f"an activity task with sequence number 0 named 'ok', {REPLAY} "
            "produced a CreateTimerOrchestratorAction action with this sequence number.",
        ),
        (
            other_kind(TIMER, EventType.TaskScheduled),
            f"a timer task with sequence number 0 named {REPLAY} "
            "produced a ScheduleTaskOrchestratorAction action with this sequence number.",
        ),
        (
            other_kind(CHILD, EventType.TaskScheduled),
            f"{KNOWN_CHILD}, {REPLAY} produced a ScheduleTaskOrchestratorAction action "
            "at this sequence number.",
        ),
        (
            other_name(CHILD, "ver"),
            f"{KNOWN_CHILD}, {REPLAY} scheduled a sub-orchestration task with name ver "
            "at this sequence number.",
        ),
    ],
)
def test_says_what_the_history_has_and_what_the_replay_did(error, text):
    head = "Non-Deterministic workflow detected: A previous execution of this orchestration scheduled"
    tail = "Was a change made to the orchestrator code after this instance had already started running?"
    assert str(error) == f"{head} {text} {tail}"
