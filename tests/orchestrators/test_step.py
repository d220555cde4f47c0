"""How long a step is tried again, and what is said of one that fails."""

import datetime as dt

import pytest

from activities.activity import Activity
from orchestrators.step import (
    DEFAULT_MINUTES,
    MAX_MINUTES_HERE,
    MAX_PAUSE_SECONDS,
    StepFailed,
    StepWaits,
    attempted,
    pause,
    reason_of,
    step,
)

UNEXPECTED = "Autocoder had an unexpected error. Search the app's log for {}."
START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


class Context:
    """A context whose clock is moved by the timers that are waited for."""

    is_replaying = False

    def __init__(self):
        self.current_utc_datetime = START

    def create_timer(self, when):
        return ("timer", when)

    def call_activity_with_retry(self, name, retry, value):
        return ("activity", value)

    def task_all(self, tasks):
        return ("all", tasks)


def count(value: int) -> int:
    return value


COUNT = Activity(count, None, int)


def played(steps, context, replies):
    """Run *steps*; *replies* has a list for each input. Returns the result and the seconds that passed."""
    left = {value: list(said) for value, said in replies.items()}
    try:
        kind, value = next(steps)
        while True:
            if kind == "timer":
                context.current_utc_datetime = value
            reply = left[value].pop(0) if kind == "activity" else None
            if isinstance(reply, Exception):
                kind, value = steps.throw(reply)
            else:
                kind, value = steps.send(reply)
    except StopIteration as stop:
        assert not any(left.values()), left
        return stop.value, (context.current_utc_datetime - START).total_seconds()


def taken(*replies):
    """Take one step with these replies of its activity; return its result and the seconds that passed."""
    context = Context()
    return played(step(context, COUNT, 1), context, {1: replies})


def again(seconds=0, **more):
    return {"again": {"seconds": seconds, "reason": "busy", **more}}


def good(value):
    return {"value": value}


def test_pauses_grow_up_to_a_minute_and_are_never_shorter_than_the_service_asks():
    assert [pause(tries, 0) for tries in range(8)] == [1, 2, 4, 8, 16, 32, 60, MAX_PAUSE_SECONDS]
    assert [pause(tries, 90) for tries in (0, 9)] == [90, 90]


def test_what_may_succeed_later_is_tried_again():
    assert taken(again(), again(), good(5)) == (5, 1 + 2)


def test_a_steady_pause_does_not_grow():
    assert taken(*[again(20, steady=True)] * 4, good(5)) == (5, 80)


def test_a_service_that_is_away_is_waited_for_here_for_some_minutes_only():
    assert taken(*[again(60, steady=True)] * 3, good(5)) == (5, 60 * MAX_MINUTES_HERE)
    with pytest.raises(StepWaits, match="busy") as away:
        taken(*[again(60, steady=True)] * 4)
    assert (away.value.seconds, away.value.minutes) == (60, DEFAULT_MINUTES)


def test_a_wait_remembers_when_the_first_try_was():
    with pytest.raises(StepWaits) as away:
        taken(again(60, steady=True), again(600, minutes=240))
    assert (away.value.since, away.value.seconds, away.value.minutes) == (START.isoformat(), 600, 240)


def test_a_smaller_limit_ends_the_tries_earlier():
    limited = again(30, steady=True, minutes=1)
    assert taken(limited, limited, good(5)) == (5, 60)
    with pytest.raises(StepWaits):
        taken(limited, limited, limited)


def test_a_step_that_cannot_succeed_is_not_tried_again():
    with pytest.raises(StepFailed, match="no permission") as failed:
        taken({"failed": {"reason": "no permission"}})
    assert not isinstance(failed.value, StepWaits)


def test_a_worker_that_ended_in_the_middle_of_a_step_is_not_its_end():
    lost = Exception("Activity function 'x' failed: python exited with code 137 (0x89)")
    assert taken(lost, lost, good(5)) == (5, 60)


def test_two_steps_are_tried_again_each_for_itself():
    context = Context()
    steps = attempted(context, (COUNT, 1), (COUNT, 2))
    assert played(steps, context, {1: [again(), good(5)], 2: [good(6)]}) == ([5, 6], 1)


def test_the_longer_pause_of_two_steps_counts():
    context = Context()
    steps = attempted(context, (COUNT, 1), (COUNT, 2))
    replies = {1: [again(7, steady=True), good(5)], 2: [again(20, steady=True), good(6)]}
    assert played(steps, context, replies) == ([5, 6], 20)


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("how", [{"failed": {"reason": "no"}}, ValueError("UnexpectedError: a bug")])
def test_the_other_of_two_steps_keeps_its_result(number, how):
    context = Context()
    steps = attempted(context, (COUNT, 1), (COUNT, 2))
    results, _ = played(steps, context, {number: [how], 3 - number: [good(5)]})
    assert isinstance(results[number - 1], Exception)
    assert results[2 - number] == 5


def test_what_a_service_answered_is_the_reason():
    error = StepFailed("It is busy.\nTry later.")
    assert reason_of(Context(), "a1b2", error) == "It is busy.\nTry later."


@pytest.mark.parametrize(
    "error",
    [
        Exception("Activity function 'x' failed: KeyError: 'a' \n {\"$type\":\"System.Exception\"}"),
        Exception("Task 'x' (#3) failed with an unhandled exception: Traceback (most recent call last):"),
        ValueError("1 validation error\nfield\n  is missing"),
    ],
)
def test_a_bug_is_logged_with_the_run_and_never_quoted_to_people(error, caplog):
    assert reason_of(Context(), "a1b2", error) == UNEXPECTED.format("a1b2")
    assert "run a1b2: " in caplog.text
    assert str(error) in caplog.text


def test_a_bug_is_logged_once_and_not_at_each_replay(caplog):
    context = Context()
    context.is_replaying = True
    assert reason_of(context, "a1b2", ValueError("x")) == UNEXPECTED.format("a1b2")
    assert caplog.text == ""
