"""Calls in parallel share a few threads, and never wait for each other in a circle."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from functools import partial

import pytest

from autocoder.parallel import MAX_THREADS, SHARED_THREADS, in_parallel

WHO = ContextVar("who", default="nobody")


class Counted:
    """Counts how many calls are under way at once."""

    def __init__(self):
        self.now = self.most = self.ended = 0
        self._lock = threading.Lock()

    def __call__(self):
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
        time.sleep(0.01)
        with self._lock:
            self.now -= 1
            self.ended += 1


def test_results_have_the_order_of_the_calls():
    assert in_parallel() == ()
    assert in_parallel(lambda: 1) == (1,)
    assert in_parallel(*(partial(int, number) for number in range(50))) == tuple(range(50))


def test_calls_are_made_at_the_same_time():
    meeting = threading.Barrier(3, timeout=20)
    in_parallel(meeting.wait, meeting.wait, meeting.wait)


def test_all_calls_have_ended_when_the_first_error_in_their_order_is_raised():
    counted = Counted()

    def late():
        time.sleep(0.02)
        raise ValueError("the first")

    def soon():
        raise KeyError("the second")

    with pytest.raises(ValueError, match="the first"):
        in_parallel(counted, late, soon, *[counted] * 20)
    assert (counted.now, counted.ended) == (0, 21)


def test_one_caller_makes_no_more_calls_at_once_than_services_bear():
    counted = Counted()
    in_parallel(*[counted] * 60)
    assert counted.most <= MAX_THREADS


def test_all_callers_together_have_a_bounded_number_of_threads():
    counted, callers = Counted(), 20
    with ThreadPoolExecutor(callers) as pool:
        list(pool.map(lambda _: in_parallel(*[counted] * 8), range(callers)))
    assert counted.ended == callers * 8
    assert counted.most <= SHARED_THREADS + callers


def test_calls_within_calls_end_when_all_threads_are_taken():
    counted = Counted()

    def nested(depth):
        return in_parallel(*[partial(nested, depth - 1) if depth else counted] * 4)

    nested(4)
    assert counted.ended == 4**5


def test_a_call_sees_the_context_of_its_caller():
    token = WHO.set("somebody")
    try:
        seen = in_parallel(*[WHO.get] * 20)
    finally:
        WHO.reset(token)
    assert set(seen) == {"somebody"}
