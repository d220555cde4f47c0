"""How often a step is retried."""

import datetime as dt

import pytest

from activities.activity import Activity
from orchestrators.step import MAX_TRIES, StepFailed, reason_of, step

TIMER, ACTIVITY = "timer", "activity"
UNEXPECTED = "Autocoder had an unexpected error. Search the app's log for {}."


class Context:
    is_replaying = False
    current_utc_datetime = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)

    def create_timer(self, when):
        return TIMER

    def call_activity_with_retry(self, name, retry, value):
        return ACTIVITY


def count(value: int) -> int:
    return value


def taken(*replies):
    """Run the step with these replies of its activity; return its result and the number of unused replies."""
    left = list(replies)
    steps = step(Context(), Activity(count, None, int), 1)
    try:
        task = next(steps)
        while True:
            task = steps.send(left.pop(0) if task == ACTIVITY else None)
    except StopIteration as stop:
        return stop.value, len(left)


def again(**more):
    return {"again": {"seconds": 0, "reason": "busy", **more}}


def test_the_last_try_may_succeed():
    assert taken(*[again()] * (MAX_TRIES - 1), {"value": 5}) == (5, 0)


def test_after_the_last_try_the_reason_is_raised():
    with pytest.raises(StepFailed, match="busy"):
        taken(*[again()] * MAX_TRIES)


def test_a_smaller_limit_ends_the_tries_earlier():
    assert taken(again(most=3), again(most=3), {"value": 5}) == (5, 0)
    with pytest.raises(StepFailed, match="busy"):
        taken(*[again(most=3)] * 3)


def test_different_errors_are_counted_separately():
    full, absent = again(code="no_room", most=10), again(code="no_image", most=10)
    assert taken(*[absent] * 9, *[full] * 9, again(code="busy"), {"value": 5}) == (5, 0)
    with pytest.raises(StepFailed, match="busy"):
        taken(*[absent] * 5, *[full] * 10)


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
