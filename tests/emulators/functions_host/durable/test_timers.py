"""Timers of at least a second fire up to a second early, as in the extension; here at a full second."""

import datetime as dt

import pytest

from emulators.functions_host.durable.events import stamp
from emulators.functions_host.durable.outcomes import due_of


@pytest.mark.parametrize(
    ("now", "seconds", "due"),
    [
        (100.0, 0.4, 100.4),
        (100.9, 0.9, 101.8),
        (100.0, 1.0, 101.0),
        (100.9, 1.0, 101.0),
        (100.2, 5.5, 105.0),
        (100.2, -3.0, 97.2),
    ],
)
def test_a_timer_of_a_second_or_more_is_due_at_the_full_second_before_its_time(now, seconds, due):
    fire_at = stamp(dt.datetime.fromtimestamp(now + seconds, dt.UTC))
    assert due_of(fire_at, now) == pytest.approx(due)


def test_timers_take_at_most_their_time_and_no_second_less(host):
    (short, long) = host.output("seconds_of_timers", [0.3, 1.5])
    assert short >= 0.3
    assert long > 0.5
