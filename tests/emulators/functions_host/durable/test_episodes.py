"""Turns of orchestrators with the real SDK and a simulated clock."""

import datetime as dt

import azure.durable_functions as df
import azure.functions as func
import pytest

from emulators.functions_host.durable.actions import Replay
from emulators.functions_host.durable.episodes import History, Turn, run_episode
from emulators.functions_host.durable.events import EventType, event, execution_started, stamp
from emulators.functions_host.errors import ActionRefusedError

START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


class Player:
    """Runs an orchestrator turn by turn; the test advances the clock."""

    def __init__(self, orchestrator):
        self.handle = df.Orchestrator.create(orchestrator)
        self.past = History()
        self.outcome = None

    def turn(self, *messages, at=START):
        fresh = [event(EventType.OrchestratorStarted, when=stamp(at)), *messages]
        turn = Turn("o", "id", None, None, self.past, fresh)
        self.outcome = run_episode(
            turn, lambda body: self.handle(func.OrchestrationContext(body)), lambda kind, name: True
        )
        records = [
            event(w.kind, w.id, stamp(at), **({"Name": w.name} if w.name else {"FireAt": w.fire_at}))
            for w in self.outcome.work
        ]
        self.past.extend([*fresh, *records, event(EventType.OrchestratorCompleted, when=stamp(at))])
        return self.outcome

    def begin(self):
        first = {
            "instance": "id",
            "execution": "x",
            "name": "o",
            "input_": None,
            "version": "",
            "parent": None,
        }
        return self.turn(execution_started(**first))


def test_a_timer_of_ten_days_is_split():
    def orchestrator(context):
        yield context.create_timer(context.current_utc_datetime + dt.timedelta(days=10))
        return "fired"

    player = Player(orchestrator)
    player.begin()
    days = []
    while not player.outcome.status:
        (timer,) = player.outcome.work
        due = dt.datetime.fromisoformat(timer.fire_at)
        days.append((due - START).days)
        player.turn(event(EventType.TimerFired, TimerId=timer.id, FireAt=timer.fire_at), at=due)
    assert (days, player.outcome.output) == ([3, 6, 10], "fired")


def test_both_sides_count_alike_when_a_retry_and_new_work_come_in_one_turn():
    def orchestrator(context):
        flaky = context.call_activity_with_retry("flaky", df.RetryOptions(1000, 3))
        quick = context.call_activity("quick")
        yield context.task_any([flaky, quick])
        yield context.call_activity("next")
        return (yield flaky)

    player = Player(orchestrator)
    assert [w.name for w in player.begin().work] == ["flaky", "quick"]
    failed = event(EventType.TaskFailed, TaskScheduledId=0, Reason="no", Details="")
    done = event(EventType.TaskCompleted, TaskScheduledId=1, Result="1")
    work = player.turn(failed, done, at=START + dt.timedelta(seconds=1)).work
    assert [(w.id, w.kind.name) for w in work] == [(2, "TimerCreated"), (3, "TaskScheduled")]
    fired = event(EventType.TimerFired, TimerId=2, FireAt=work[0].fire_at)
    assert [(w.id, w.name) for w in player.turn(fired).work] == [(4, "flaky")]
    player.turn(event(EventType.TaskCompleted, TaskScheduledId=3, Result="1"))
    ended = player.turn(event(EventType.TaskCompleted, TaskScheduledId=4, Result="42"))
    assert (ended.status, ended.output) == ("Completed", 42)


def test_an_event_in_the_turn_that_continues_as_new_is_carried_over():
    def orchestrator(context):
        yield context.wait_for_external_event("go")
        context.continue_as_new("again")

    player = Player(orchestrator)
    player.begin()
    raised = [event(EventType.EventRaised, Name=name, Input="1") for name in ("before", "go", "after")]
    outcome = player.turn(*raised)
    assert (outcome.status, outcome.continue_with) == ("ContinuedAsNew", '"again"')
    assert [e["Name"] for e in outcome.carried_over] == ["after"]


def test_work_scheduled_in_another_order_is_detected():
    names = ["a", "b"]

    def orchestrator(context):
        yield context.task_all([context.call_activity(name) for name in names])

    player = Player(orchestrator)
    player.begin()
    names.reverse()
    outcome = player.turn(event(EventType.TaskCompleted, TaskScheduledId=0, Result="1"))
    assert outcome.status == "Failed"
    assert outcome.output == (
        "Non-Deterministic workflow detected: A previous execution of this orchestration scheduled "
        "an activity task with sequence number 0 named 'a', but the current orchestration replay instead "
        "scheduled an activity task named 'b' with this sequence number.  "
        "Was a change made to the orchestrator code after this instance had already started running?"
    )


@pytest.mark.parametrize("size", [8190, 8191])
def test_the_custom_status_is_measured_as_utf_16(size):
    def orchestrator(context):
        context.set_custom_status("é" * size)
        yield context.wait_for_external_event("go")

    assert (Player(orchestrator).begin().status == "Failed") is (size == 8191)


@pytest.mark.parametrize(
    ("action", "refused"),
    [
        ({"actionType": 8}, "the action CallHttp"),
        ({"actionType": 99}, "the action of type 99"),
        ({"actionType": 11, "compoundActions": [{"actionType": 9}]}, "the action SignalEntity"),
        (
            {"actionType": 1, "functionName": "a", "retryOptions": {"retryTimeoutInMilliseconds": 1}},
            "the retry options retryTimeoutInMilliseconds",
        ),
    ],
)
def test_refuses_actions_that_it_does_not_cover_by_name(action, refused):
    replay = Replay([action], lambda kind, name: True)
    started = execution_started(instance="id", execution="x", name="o", input_=None, version="", parent=None)
    with pytest.raises(ActionRefusedError, match=f"Not covered by this host: {refused}"):
        replay.feed(started)
