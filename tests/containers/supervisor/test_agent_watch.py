"""How long the supervisor waits for the agent's container, with a simulated clock."""

import os
from types import SimpleNamespace

import pytest

from runner.supervisor.agent import AgentWatch, Timeouts
from runner.supervisor.turns import agent_turn

EXIT = '{"exitCode": 0, "reason": "exited", "seconds": 1.00}'


class Clock:
    """A clock that advances when code sleeps, and when a test sets it."""

    def __init__(self):
        self.now = 1000.0

    def monotonic(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


@pytest.fixture
def watched(tmp_path, monkeypatch):
    clock, beats = Clock(), iter(range(1, 10**6))
    monkeypatch.setattr("runner.supervisor.agent.time", clock)
    exchange = tmp_path / "exchange"
    exchange.mkdir()
    (tmp_path / "control").mkdir()

    def beat():
        (exchange / "heartbeat").touch()
        os.utime(exchange / "heartbeat", (0, next(beats)))

    def wait(*happenings, work=3600.0):
        """Wait until the agent ends; each of *happenings* is a time in seconds and a function to call."""
        waiting, began = list(happenings), clock.now

        def must_stop():
            if waiting and clock.now - began >= waiting[0][0]:
                waiting.pop(0)[1]()

        turn = agent_turn({"exchange": exchange, "control": tmp_path / "control"})
        return AgentWatch(turn, tmp_path / "control", Timeouts(work)).wait(must_stop)

    return SimpleNamespace(clock=clock, beat=beat, wait=wait, exit=exchange / "exit-1.json")


def test_reports_a_container_whose_heartbeat_stops(watched):
    watched.beat()
    ending = watched.wait((10, watched.beat))
    assert (ending.reason, ending.exit_code) == ("silent", None)
    assert 30 <= ending.seconds < 33


def test_a_pause_of_the_machine_does_not_count_as_silence(watched):
    watched.beat()

    def stand_still():
        watched.clock.now += 600

    ending = watched.wait((5, stand_still), (606, watched.beat), (610, lambda: watched.exit.write_text(EXIT)))
    assert (ending.reason, ending.exit_code) == ("exited", 0)


def test_gives_up_a_container_that_never_starts(watched):
    ending = watched.wait()
    assert ending.reason == "silent"
    assert 180 <= ending.seconds < 183
