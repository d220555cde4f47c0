"""Whether an orchestration stands still, by its history as a status query shows it."""

import datetime as dt

import pytest

from autocoder.runs.standstill import ACTIVITY_LIMIT, TIMER_DELAY, stands_still
from autocoder.runs.version import HOST_JSON
from autocoder.shared.json_text import parse_json

NOW = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
STARTED = {"EventType": "ExecutionStarted", "Timestamp": "2026-01-01T11:00:00Z", "FunctionName": "run_agent"}


def ago(seconds):
    """A time as the extension writes it, with more digits than Python has."""
    return (NOW - dt.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.%f") + "3Z"


def activity(seconds):
    return {"EventType": "TaskScheduled", "Timestamp": ago(seconds), "Name": "observe_run"}


def completed(seconds):
    return {"EventType": "TaskCompleted", "Timestamp": ago(seconds), "FunctionName": "observe_run"}


def timer(seconds):
    return {"EventType": "TimerCreated", "Timestamp": ago(seconds + 60), "FireAt": ago(seconds)}


def fired(seconds):
    return {"EventType": "TimerFired", "Timestamp": ago(seconds), "FireAt": ago(seconds)}


LATE, LIMIT = TIMER_DELAY.total_seconds(), ACTIVITY_LIMIT.total_seconds()
CASES = {
    "nothing is under way": ([STARTED, completed(90)], True),
    "it has not begun": ([STARTED], True),
    "a timer is to come": ([STARTED, completed(90), timer(-30)], False),
    "a timer is a little late": ([STARTED, completed(90), timer(LATE - 1)], False),
    "a timer is late": ([STARTED, completed(200), timer(LATE + 1)], True),
    "the timer has fired, and nothing came of it": ([STARTED, timer(90), fired(90)], True),
    "one timer has fired, another is to come": ([STARTED, timer(90), fired(90), timer(-10)], False),
    "an activity is under way": ([STARTED, completed(900), activity(880)], False),
    "an activity is under way, a timer is late": ([STARTED, timer(900), activity(880)], False),
    "one of two activities is under way": ([STARTED, activity(LIMIT + 9), activity(5)], False),
    "an activity takes longer than it may": ([STARTED, activity(LIMIT + 1)], True),
}


@pytest.mark.parametrize(("history", "expected"), CASES.values(), ids=CASES)
def test_an_orchestration_stands_still_when_nothing_is_to_come(history, expected):
    assert stands_still(history, NOW) is expected


def test_an_activity_is_given_more_time_than_the_platform_gives_it():
    hours, minutes, seconds = map(int, parse_json(HOST_JSON.read_bytes())["functionTimeout"].split(":"))
    assert dt.timedelta(hours=hours, minutes=minutes, seconds=seconds) < ACTIVITY_LIMIT
