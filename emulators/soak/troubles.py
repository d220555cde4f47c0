"""Carries out troubles: programs and containers die or freeze, services fail, activities run again.

What may happen to a container group: https://learn.microsoft.com/azure/container-instances/container-state
"""

import contextlib
import os
import re
import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import httpx

from emulators.platform.clients.app import App
from emulators.platform.processes import PlatformError
from emulators.platform.running import Platform
from emulators.ports import FUNCTIONS_HOST
from emulators.soak.access import BY_NAME, Access
from emulators.soak.app import next_version
from emulators.soak.counts import is_over
from emulators.soak.late import repeat, scheduled
from emulators.soak.schedule import DROP, Trouble

T = TypeVar("T")
ALWAYS = 1_000_000
MAX_RUNS = 50
GROUP = re.compile(r"autocoder-(?P<run>[0-9a-z]+)-\d+")  # of each round of a run


class Troubles:
    """Troubles of one platform; remembers the runs whose containers were killed, which may fail."""

    def __init__(
        self, platform: Platform, access: Access, say: Callable[[str], None], over: threading.Event
    ) -> None:
        self.platform, self.access, self._say, self._over = platform, access, say, over
        self.killed: set[str] = set()
        self._acts: dict[str, Callable[[Trouble], str]] = {
            "kill": self._kill,
            "freeze": self._freeze,
            "window": self._window,
            "some": self._some,
            "process": self._process,
            "worker": self._worker,
            "repeat": self._repeat,
            "janitor": self._janitor,
            "deployment": self._deploy,
        }

    def carry_out(self, troubles: Sequence[Trouble]) -> None:
        """Carry out all *troubles*, one after the other, and say each; raises `PlatformError`."""
        for trouble in troubles:
            if self._over.wait(trouble.pause):
                return
            self._say(self._acts[trouble.kind](trouble))

    def _kill(self, trouble: Trouble) -> str:
        emulator = BY_NAME[trouble.target]
        self.platform.kill(emulator)
        time.sleep(trouble.seconds)
        self.platform.restart(emulator)
        return f"{trouble.target} was killed, and was away for {trouble.seconds:.1f} s"

    def _freeze(self, trouble: Trouble) -> str:
        """Stop a program without ending it: its connections stay open, and nothing is answered."""
        pid = self.platform.pids()[trouble.target]
        os.kill(pid, signal.SIGSTOP)
        try:
            time.sleep(trouble.seconds)
        finally:
            os.kill(pid, signal.SIGCONT)
        return f"{trouble.target} was frozen for {trouble.seconds:.1f} s"

    def _window(self, trouble: Trouble) -> str:
        self._fault(trouble, ALWAYS)
        return f"{trouble.target} answered {_how(trouble)} for {trouble.seconds:.1f} s"

    def _some(self, trouble: Trouble) -> str:
        self._fault(trouble, trouble.times)
        which = "processed" if trouble.is_after else "refused"
        return f"{trouble.target} {which} up to {trouble.times} requests and answered {_how(trouble)}"

    def _fault(self, trouble: Trouble, times: int) -> None:
        """Set a fault, wait, and take it back."""
        emulator = BY_NAME[trouble.target]
        how = {"drop": True} if trouble.status == DROP else {"status": trouble.status}
        body = {**how, "times": times, "after": trouble.is_after}
        self.access.control(emulator, "POST", "faults", body)
        time.sleep(trouble.seconds)
        self.access.control(emulator, "DELETE", "faults")

    def _process(self, trouble: Trouble) -> str:
        """Kill one process of an agent or a supervisor; its run may fail, but has to say so."""
        found = [
            (group, pid)
            for group, containers in sorted(self.access.container_processes().items())
            for pid in containers.get(trouble.target, ())
        ]
        if not found:
            return f"there was no {trouble.target} to kill"
        group, pid = _picked(found, trouble.pick)
        if named := GROUP.fullmatch(group):
            self.killed.add(named["run"])
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        return f"a process of the {trouble.target} of {group} was killed"

    def _worker(self, trouble: Trouble) -> str:
        """Let the worker die in the next turn of a run's orchestration."""
        if self.platform.plan.durable_extension:
            return "the Durable extension has no control that ends a worker"
        try:
            going_on = [run["id"] for run in App(self.platform.plan).runs(top=MAX_RUNS) if not is_over(run)]
            if not going_on:
                return "there was no run whose worker could die"
            run_id = _picked(sorted(going_on), trouble.pick)
            self.access.control(FUNCTIONS_HOST, "POST", "worker-deaths", {"instanceId": run_id, "times": 1})
        except (PlatformError, httpx.HTTPError) as error:
            return f"no worker died: {error}"
        return f"the worker dies in the next turn of {run_id}"

    def _repeat(self, trouble: Trouble) -> str:
        found = sorted(scheduled(self.platform.plan).items())
        if not found:
            return "there was no activity to repeat"
        instance, activities = _picked(found, trouble.pick)
        answered = repeat(self.platform.plan, activities)
        return f"{answered} of {len(activities)} activities of {instance} ran once more"

    def _janitor(self, trouble: Trouble) -> str:  # noqa: ARG002
        try:
            self.access.run_janitor()
        except httpx.HTTPError as error:
            return f"the janitor did not start: {error}"
        return "the janitor was started"

    def _deploy(self, trouble: Trouble) -> str:  # noqa: ARG002
        """Replace the app by one whose orchestrations have another shape."""
        platform = self.platform
        folder = Path(f"{platform.plan.app}-next")
        platform.kill(FUNCTIONS_HOST)
        platform.plan = replace(platform.plan, app=next_version(folder, platform.plan.app))
        platform.restart(FUNCTIONS_HOST)
        return "an app whose orchestrations have one more step was deployed"


def _how(trouble: Trouble) -> str:
    return "nothing, with the connection closed" if trouble.status == DROP else str(trouble.status)


def _picked(found: Sequence[T], pick: float) -> T:
    return found[min(int(pick * len(found)), len(found) - 1)]
