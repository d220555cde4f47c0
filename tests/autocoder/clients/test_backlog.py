"""Runs are counted when their number matters, and not for each request."""

import pytest

from autocoder.clients import backlog as module
from autocoder.clients.backlog import MARGIN, MAX_AGE_SECONDS, Backlog


class Runs:
    """Some runs, and how often they were counted."""

    def __init__(self, number):
        self.number, self.counts = number, 0

    def count(self):
        self.counts += 1
        return self.number


@pytest.fixture
def clock(monkeypatch):
    class Clock:
        now = 100.0

        def monotonic(self):
            return self.now

    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    return clock


def asked(backlog, most):
    """Whether a request for one more run of *most* has to count."""
    if backlog.is_far_from(most):
        return False
    backlog.counted()
    return True


def test_counts_before_anything_is_known(clock):
    assert asked(Backlog(Runs(0).count), 1_000)


def test_does_not_count_again_while_the_limit_is_far(clock):
    backlog = Backlog(Runs(10).count)
    assert [asked(backlog, 1_000) for _ in range(5)] == [True, False, False, False, False]


def test_counts_again_after_some_seconds(clock):
    backlog = Backlog(Runs(10).count)
    assert asked(backlog, 1_000)
    clock.now += MAX_AGE_SECONDS
    assert asked(backlog, 1_000)


def test_counts_each_time_when_the_limit_is_near_or_small(clock):
    near, small = Backlog(Runs(100).count), Backlog(Runs(0).count)
    assert all(asked(near, 200) for _ in range(3))
    assert all(asked(small, MARGIN) for _ in range(3))


def test_runs_that_were_added_since_bring_the_limit_nearer(clock):
    runs = Runs(0)
    backlog = Backlog(runs.count)
    assert asked(backlog, MARGIN + 10)
    assert [asked(backlog, MARGIN + 10) for _ in range(6)] == [False] * 5 + [True]
