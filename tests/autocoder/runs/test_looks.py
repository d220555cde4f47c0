"""How long a run goes without a look at its containers."""

import datetime as dt

import pytest

from autocoder.runs.looks import CONFIRMING_SECONDS, FIRST_SECONDS, MIN_SECONDS, confirming_pause, pause

LAUNCHED = dt.datetime(2026, 1, 1, 10, tzinfo=dt.UTC)
POLL = 30


def after(seconds, grew_ago=None, poll_seconds=POLL):
    """The pause so many *seconds* after the launch, with files that grew so many seconds ago."""
    now = LAUNCHED + dt.timedelta(seconds=seconds)
    grew = None if grew_ago is None else now - dt.timedelta(seconds=grew_ago)
    return pause(LAUNCHED, grew, now, poll_seconds)


def test_looks_grow_rare_after_the_launch():
    moment, pauses = 0.0, []
    for _ in range(7):
        pauses.append(after(moment, grew_ago=0))
        moment += pauses[-1]
    assert pauses == [*FIRST_SECONDS, 120, 120]


@pytest.mark.parametrize(("grew_ago", "seconds"), [(None, 30), (180, 30), (3_600, 30), (179, 120), (0, 120)])
def test_an_agent_that_stands_still_is_looked_at_more_often(grew_ago, seconds):
    assert after(600, grew_ago) == seconds


@pytest.mark.parametrize("seconds", [0, 1, 10, 50, 100, 1_000])
@pytest.mark.parametrize("grew_ago", [None, 0])
def test_no_pause_is_longer_than_the_setting_allows(seconds, grew_ago):
    assert after(seconds, grew_ago, poll_seconds=1) <= (1 if grew_ago is None else 4)


def test_a_clock_that_is_behind_does_no_harm():
    assert after(-30) == FIRST_SECONDS[0]


def test_an_absence_is_confirmed_soon():
    assert [confirming_pause(number, POLL) for number in range(5)] == [*CONFIRMING_SECONDS, 8, 8]


def test_an_absence_is_confirmed_at_least_as_soon_as_the_setting_says():
    assert confirming_pause(2, 1) == 1
    assert confirming_pause(2, 0.01) == MIN_SECONDS
