"""Waiting for the agent: its exit file, its heartbeat, the deadline, the budget, the order to end.

Everything in `exchange` is the agent's and may be forged; believing it can only harm the agent's own run.
"""

import json
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

from runner.files import read_regular, write_whole

LOOK_SECONDS = 0.05
OFTEN_SECONDS = 0.003  # in the first second, in which all is over where the agent has nothing to do
HEARTBEAT_SECONDS = 1.0  # how often it is looked at
SILENCE_SECONDS = 20.0  # the wrapper beats every second; after this long its container is gone
START_SECONDS = 180.0  # until the first beat, at least
STOP_SECONDS = 15.0  # for the wrapper to end the agent, which has 5 of them to end by itself

Reason = Literal["exited", "terminated", "deadline", "budget", "stopped", "silent", "unreadable"]


class Ending(NamedTuple):
    """How the agent's work ended: why, with which exit code where that is known, after how long."""

    reason: Reason
    exit_code: int | None
    seconds: float


class Timeouts(NamedTuple):
    """How long to wait for what, in seconds."""

    work: float  # from now to the supervisor's own deadline
    silence: float = SILENCE_SECONDS
    start: float = START_SECONDS
    stop: float = STOP_SECONDS


def start_seconds(environment: Mapping[str, str]) -> float:
    """Return how long the agent's container may take to start: as long as images may take to be pulled.

    Nothing says that Azure starts the containers of a group at one time, and an agent's image is large.
    """
    return max(START_SECONDS, float(environment.get("AUTOCODER_START_SECONDS") or 0))


class AgentWatch:
    """Looks at the agent from outside until it has ended, or must."""

    def __init__(
        self, exchange: Path, control: Path, patience: Timeouts, begun: Callable[[], None] = lambda: None
    ) -> None:
        """Look into *exchange*; *begun* is called when the wrapper is first seen to live."""
        self._exchange, self._control, self._patience = exchange, control, patience
        self._begun = begun
        self._began = self._looked = time.monotonic()
        self._silence = 0.0
        self._beat_at: float | None = None
        self._next_look = 0.0

    def wait(self, must_stop: Callable[[], Reason | None]) -> Ending:
        """Return how the agent ended; *must_stop* is asked again and again whether it has to."""
        while True:
            told = self._told()
            if told is not None:
                return told
            reason = must_stop() or self._overdue()
            if reason is not None:
                return self._stop(reason)
            time.sleep(OFTEN_SECONDS if time.monotonic() - self._began < 1 else LOOK_SECONDS)

    def _stop(self, reason: Reason) -> Ending:
        """Order the wrapper to end the agent, wait for it as long as patience says."""
        write_whole(self._control / "stop", reason)
        until = time.monotonic() + (0 if reason == "silent" else self._patience.stop)
        told = self._told()
        while told is None and time.monotonic() < until:
            time.sleep(LOOK_SECONDS)
            told = self._told()
        return Ending(reason, told.exit_code if told else None, self._elapsed())

    def _told(self) -> Ending | None:
        """Return what the exit file says; a file that is none of the wrapper's is an ending, too."""
        path = self._exchange / "exit.json"
        if not os.path.lexists(path):
            return None
        return read_exit(read_regular(path, 4096), self._elapsed())

    def _overdue(self) -> Reason | None:
        now = time.monotonic()
        if now - self._began > self._patience.work:
            return "deadline"
        if now < self._next_look:
            return None
        self._next_look = now + HEARTBEAT_SECONDS
        # Where the machine stood still, or this process had to wait, the wrapper could not beat either.
        self._silence += min(now - self._looked, 2 * HEARTBEAT_SECONDS)
        self._looked = now
        beat = self._beat()
        if beat != self._beat_at:
            if self._beat_at is None:
                self._begun()
            self._beat_at, self._silence = beat, 0.0
        patience = self._patience.start if self._beat_at is None else self._patience.silence
        return "silent" if self._silence > patience else None

    def _beat(self) -> float | None:
        try:
            return os.lstat(self._exchange / "heartbeat").st_mtime
        except OSError:
            return None

    def _elapsed(self) -> float:
        return round(time.monotonic() - self._began, 2)


def read_exit(text: bytes | None, elapsed: float) -> Ending:
    """Return what the text of an exit file says; "unreadable" when it says nothing that could be true."""
    try:
        said: Any = json.loads(text or b"")
        code, reason = said["exitCode"], said["reason"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return Ending("unreadable", None, elapsed)
    is_code = type(code) is int and 0 <= code <= 255  # false and true are integers, too
    if not is_code or reason not in ("exited", "deadline", "stopped"):
        return Ending("unreadable", None, elapsed)
    return Ending(reason, code, elapsed)
