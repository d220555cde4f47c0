"""How often a step is retried."""

import datetime as dt

import pytest

from activities.activity import Activity
from orchestrators.step import MAX_REASON_LENGTH, MAX_TRIES, StepFailed, reason_of, step

TIMER, ACTIVITY = "timer", "activity"


class Context:
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


def test_different_limits_are_counted_separately():
    assert taken(*[again(most=10)] * 5, again(most=3), *[again()] * 5, {"value": 5}) == (5, 0)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (StepFailed("It is busy.\nTry later."), "It is busy.\nTry later."),
        (
            Exception("Activity function 'x' failed: KeyError: 'a' \n {\"$type\":\"System.Exception\"}"),
            "An unexpected error: Activity function 'x' failed: KeyError: 'a'",
        ),
        (ValueError("1 validation error\nfield\n  is missing"), "An unexpected error: 1 validation error"),
    ],
)
def test_the_reason_of_a_failure_is_for_people_and_has_no_stack(error, reason):
    assert reason_of(error) == reason


def test_the_reason_of_a_failure_has_a_limit():
    assert len(reason_of(ValueError("x" * 5_000))) == MAX_REASON_LENGTH
