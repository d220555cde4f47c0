"""Prints one line for each step of each run, as it happens.

https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-http-features
"""

import datetime as dt
import textwrap
from typing import Any

import httpx

from emulators.platform.clients.app import PHASES, App
from emulators.platform.console.start_commands import follow_commands
from emulators.platform.processes import PlatformError

JSON = dict[str, Any]
MAX_RUNS = 20  # only the newest are read: fewer are started between two polls


class RunSteps:
    """Prints each step of the app's runs once; steps from before the start are skipped."""

    def __init__(self, app: App) -> None:
        self.app = app
        self._printed = {run["id"]: set(steps(run)) for run in self._runs()}
        self._introduced: set[str] = set()

    def print_new(self) -> None:
        """Print the steps since the last call, the oldest run first."""
        for run in reversed(self._runs()):
            for line in self.new_lines(run):
                print(line, flush=True)

    def new_lines(self, run: JSON) -> list[str]:
        """Return a line for each new step of *run*; the first one comes with how to follow the run."""
        printed = self._printed.setdefault(run["id"], set())
        new = {step: moment for step, moment in steps(run).items() if step not in printed}
        if not new:
            return []
        lines = [] if run["id"] in self._introduced else self._introduction(run)
        for step, moment in new.items():
            lines += [f"  {_clock(moment)}  run {run['id']}  {step}", *ending(run, step)]
        printed.update(new)
        return lines

    def _introduction(self, run: JSON) -> list[str]:
        self._introduced.add(run["id"])
        subject = f"work item {run['workItemId']}" if run.get("workItemId") else "a prompt"
        commands = follow_commands(self.app.url, run["id"])
        return [f"\nRun {run['id']}: {subject}. To follow it, and to read its log:", *commands]

    def _runs(self) -> list[JSON]:
        """Return the newest runs, or none while the app does not answer, for example during a restart."""
        try:
            return self.app.runs(top=MAX_RUNS)
        except (PlatformError, httpx.TransportError):
            return []


def steps(run: JSON) -> dict[str, str]:
    """Return the times of the phases that *run* has entered, in order, and of its outcome."""
    found = dict(sorted(run.get("phases", {}).items(), key=lambda phase: phase[1]))
    if run["status"] not in PHASES:
        found[run["status"]] = run.get("endedAt", "")
    return found


def ending(run: JSON, step: str) -> list[str]:
    """Return the reason and the links to print below *step* if it is the outcome of *run*."""
    if step in PHASES:
        return []
    details = [run.get("reason", ""), run.get("pullRequestUrl", ""), run.get("workItemUrl", "")]
    return [textwrap.indent(text, " " * 12) for text in details if text]


def _clock(moment: str) -> str:
    """Return the local time of day of an ISO 8601 text, or blanks for an empty one."""
    return f"{dt.datetime.fromisoformat(moment).astimezone():%H:%M:%S}" if moment else " " * 8
