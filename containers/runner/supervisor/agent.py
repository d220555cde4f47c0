"""Watches the agent: its exit file, its heartbeat, the deadline, the budget and the platform's SIGTERM.

The agent can forge every file in `exchange`. Doing so harms only its own run.
"""

import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

from autocoder.shared.json_text import parse_json
from runner.files import read_regular, write_whole
from runner.supervisor.turns import Turn

LOOK_SECONDS = 0.05
FIRST_LOOK_SECONDS = 0.003  # during the first second, within which a quick agent ends
HEARTBEAT_SECONDS = 1.0  # between two looks at the heartbeat
SILENCE_SECONDS = 20.0  # the wrapper updates the heartbeat every second; after this long it must be gone
START_SECONDS = 180.0  # the minimum time to wait for the first heartbeat
STOP_SECONDS = 15.0  # for the wrapper to end the agent, which gets 5 seconds to exit by itself

Reason = Literal["exited", "terminated", "deadline", "budget", "stopped", "silent", "unreadable"]


class Ending(NamedTuple):
    """How the agent ended: the reason, its exit code if known, and after how many seconds."""

    reason: Reason
    exit_code: int | None
    seconds: float


class Timeouts(NamedTuple):
    """The maximum waits, in seconds."""

    work: float  # until the supervisor's own deadline
    silence: float = SILENCE_SECONDS
    start: float = START_SECONDS
    stop: float = STOP_SECONDS


def start_seconds(environment: Mapping[str, str]) -> float:
    """Return how many seconds the agent's container may take to start, which includes pulling its image.

    Azure does not document that it starts the containers of a group together, and agent images are large.
    Raises `ValueError` when `AUTOCODER_START_SECONDS` is not a number.
    https://learn.microsoft.com/azure/container-instances/container-instances-container-groups
    """
    return max(START_SECONDS, float(environment.get("AUTOCODER_START_SECONDS") or 0))


class AgentWatch:
    """Waits until the agent has ended its turn, and ends it when it has to stop."""

    def __init__(
        self, turn: Turn, control: Path, timeouts: Timeouts, started: Callable[[], None] = lambda: None
    ) -> None:
        """Watch the files of *turn*, and call *started* at the first heartbeat."""
        self._turn, self._control, self._timeouts = turn, control, timeouts
        self._started = started
        self._began = self._looked = time.monotonic()
        self._silence = 0.0
        self._beat_at: float | None = None
        self._next_look = 0.0

    def wait(self, must_stop: Callable[[], Reason | None]) -> Ending:
        """Wait for the agent and return how it ended; *must_stop* is polled for a reason to stop it."""
        while True:
            ending = self._read_exit_file()
            if ending is not None:
                return ending
            reason = must_stop() or self._overdue()
            if reason is not None:
                return self._stop(reason)
            time.sleep(FIRST_LOOK_SECONDS if time.monotonic() - self._began < 1 else LOOK_SECONDS)

    def _stop(self, reason: Reason) -> Ending:
        """Tell the wrapper to end the agent, and wait for its exit file."""
        write_whole(self._control / "stop", reason)
        until = time.monotonic() + (0 if reason == "silent" else self._timeouts.stop)
        ending = self._read_exit_file()
        while ending is None and time.monotonic() < until:
            time.sleep(LOOK_SECONDS)
            ending = self._read_exit_file()
        return Ending(reason, ending.exit_code if ending else None, self._elapsed())

    def _read_exit_file(self) -> Ending | None:
        """Return what the exit file says, or None if there is none yet."""
        path = self._turn.exit_file
        if not os.path.lexists(path):
            return None
        return read_exit(read_regular(path, 4096), self._elapsed())

    def _overdue(self) -> Reason | None:
        now = time.monotonic()
        if now - self._began > self._timeouts.work:
            return "deadline"
        if now < self._next_look:
            return None
        self._next_look = now + HEARTBEAT_SECONDS
        # A pause of the whole machine hardly counts, because it stops the wrapper as well.
        self._silence += min(now - self._looked, 2 * HEARTBEAT_SECONDS)
        self._looked = now
        beat = self._beat()
        if beat != self._beat_at:
            if self._beat_at is None:
                self._started()
            self._beat_at, self._silence = beat, 0.0
        timeout = self._timeouts.start if self._beat_at is None else self._timeouts.silence
        return "silent" if self._silence > timeout else None

    def _beat(self) -> float | None:
        try:
            return os.lstat(self._turn.answers / "heartbeat").st_mtime
        except OSError:
            return None

    def _elapsed(self) -> float:
        return round(time.monotonic() - self._began, 2)


def read_exit(text: bytes | None, elapsed: float) -> Ending:
    """Return what the *text* of an exit file says, or "unreadable" if the wrapper did not write it."""
    try:
        values: Any = parse_json(text or b"")
        code, reason = values["exitCode"], values["reason"]
    except (ValueError, TypeError, KeyError):
        return Ending("unreadable", None, elapsed)
    is_code = type(code) is int and 0 <= code <= 255  # a bool is an int as well
    if not is_code or reason not in ("exited", "deadline", "stopped"):
        return Ending("unreadable", None, elapsed)
    return Ending(reason, code, elapsed)
