"""The platform's programs as processes: each has its own session, is watched, and is stopped reliably.

https://man7.org/linux/man-pages/man2/setsid.2.html
"""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from emulators.processes.parents import end_with_this

ROOT = Path(__file__).resolve().parents[2]
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "HTTPS_PROXY", "https_proxy")
SHOWN_LINES = 12
TICK = 0.01


class PlatformError(Exception):
    """The platform cannot start or continue; the message names the cause and the next step."""


@dataclass(frozen=True, slots=True)
class Program:
    """A program to start: its command, the log messages that show it is ready, and additional variables."""

    name: str
    command: Sequence[str]
    ready: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)


class Process:
    """A started program; its output begins at *offset* in its log file."""

    def __init__(self, program: Program, log: Path) -> None:
        self.program, self.log = program, log
        self.offset = log.stat().st_size if log.exists() else 0
        with log.open("ab") as output:
            self.popen = subprocess.Popen(
                program.command,
                cwd=ROOT,
                env=_environment(program.environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=end_with_this(signal.SIGTERM),  # noqa: PLW1509 - one prctl call, no lock is taken
            )

    @property
    def name(self) -> str:
        """The program's name."""
        return self.program.name

    @property
    def is_alive(self) -> bool:
        """Whether the process is still running."""
        return self.popen.poll() is None

    @property
    def is_ready(self) -> bool:
        """Whether the log says that the program is ready."""
        return all(sign in self.output() for sign in self.program.ready)

    def output(self) -> str:
        """Return what the program has printed since this start."""
        with self.log.open("rb") as file:
            file.seek(self.offset)
            return file.read().decode(errors="replace")

    def last_lines(self) -> str:
        """Return the last lines of its output, indented for an error message."""
        lines = self.output().splitlines()[-SHOWN_LINES:] or ["(it printed nothing)"]
        return "\n".join(f"    {line}" for line in lines)

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal to the process, if it is still running."""
        with contextlib.suppress(ProcessLookupError):
            self.popen.send_signal(number)

    def kill(self) -> None:
        """Kill the process and the rest of its process group at once (SIGKILL)."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.wait()


def wait_until_ready(processes: Sequence[Process], seconds: float) -> None:
    """Wait until all *processes* are ready; raises `PlatformError` when one ends or takes too long."""
    deadline, waiting = time.monotonic() + seconds, list(processes)
    while waiting:
        waiting = [process for process in waiting if not process.is_ready]
        check_alive(processes)
        if waiting and time.monotonic() > deadline:
            slow = waiting[0]
            raise PlatformError(
                f"{slow.name} did not start within {seconds:g} seconds. It printed:\n{slow.last_lines()}"
            )
        time.sleep(TICK)


def check_alive(processes: Sequence[Process]) -> None:
    """Check that all *processes* run; raises `PlatformError` with the last lines of one that ended."""
    for process in processes:
        if not process.is_alive:
            code = process.popen.returncode
            how = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
            raise PlatformError(
                f"{process.name} ended ({how}). Its last lines, of {process.log}:\n{process.last_lines()}"
            )


def end(processes: Sequence[Process], seconds: float) -> None:
    """Stop *processes* with SIGTERM, wait at most *seconds*, and kill the rest, including children."""
    for process in processes:
        process.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + seconds
    for process in processes:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.popen.wait(max(0.0, deadline - time.monotonic()))
        process.kill()


def _environment(additional: Mapping[str, str]) -> dict[str, str]:
    """Return a program's environment, without any variable of the caller that could be a secret."""
    passed_on = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return {**passed_on, "NO_PROXY": "127.0.0.1,localhost", "PYTHONUNBUFFERED": "1", **additional}
