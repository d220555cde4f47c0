"""One line for each step of each run, as it happens.

https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-http-features
"""

import datetime as dt
import textwrap
from typing import Any

import httpx

from emulators.platform.clients.app import PHASES, App
from emulators.platform.console.ways_in import follow_commands
from emulators.platform.processes import PlatformError

JSON = dict[str, Any]
MAX_RUNS = 20  # the newest ones; a person starts fewer between two looks


class RunSteps:
    """The steps of the app's runs, of which each is printed once; earlier runs are passed over."""

    def __init__(self, app: App) -> None:
        self.app = app
        self._printed = {run["id"]: set(steps(run)) for run in self._runs()}

    def print_new(self) -> None:
        """Print what has happened since the last look, the oldest run first."""
        for run in reversed(self._runs()):
            for line in self.new_lines(run):
                print(line, flush=True)

    def new_lines(self, run: JSON) -> list[str]:
        """Return a line for each new step of *run*; before the first one, how to follow the run."""
        printed = self._printed.setdefault(run["id"], set())
        lines = [] if printed else self._introduction(run)
        for step, moment in steps(run).items():
            if step not in printed:
                lines += [f"  {_clock(moment)}  {step}", *ending(run, step)]
                printed.add(step)
        return lines

    def _introduction(self, run: JSON) -> list[str]:
        subject = f"work item {run['workItemId']}" if run.get("workItemId") else "a prompt"
        commands = follow_commands(self.app.url, run["id"])
        return [f"\nRun {run['id']}: {subject}. To follow it, and to read its log:", *commands]

    def _runs(self) -> list[JSON]:
        """Return the newest runs; none while the app does not answer, as when it starts again."""
        try:
            return self.app.runs(top=MAX_RUNS)
        except (PlatformError, httpx.TransportError):
            return []


def steps(run: JSON) -> dict[str, str]:
    """Return the phases that *run* has begun, in order, and its outcome; each with its time."""
    found = dict(sorted(run.get("phases", {}).items(), key=lambda phase: phase[1]))
    if run["status"] not in PHASES:
        found[run["status"]] = run.get("endedAt", "")
    return found


def ending(run: JSON, step: str) -> list[str]:
    """Return the lines that follow *step* when it is the outcome of *run*: why, and where the result is."""
    if step in PHASES:
        return []
    said = [run.get("reason", ""), run.get("pullRequestUrl", ""), run.get("workItemUrl", "")]
    return [textwrap.indent(text, " " * 12) for text in said if text]


def _clock(moment: str) -> str:
    """Return the local time of day of an ISO 8601 text, blanks when there is none."""
    return f"{dt.datetime.fromisoformat(moment).astimezone():%H:%M:%S}" if moment else " " * 8
