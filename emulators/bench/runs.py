"""Measures runs from `POST /api/runs` to the pull request, one by one or many at once.

https://man7.org/linux/man-pages/man5/proc_pid_status.5.html
"""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emulators.bench.agent import QUICK
from emulators.bench.azure_devops import Remote, create_work_item
from emulators.platform.app_settings import PROJECT
from emulators.platform.clients.app import PHASES, App
from emulators.platform.clients.organization import Organization
from emulators.platform.processes import PlatformError
from emulators.platform.running import Platform

JSON = dict[str, Any]
WARM_UPS = 3  # so that all connections of a run are open
REST_SECONDS = 0.2  # lets background work of the previous measurement end
LOOK_SECONDS = 0.2  # each poll is a request to the app
MAX_RUN_SECONDS = 120
CROWD_SECONDS = 240
GOOD = "completed"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Seconds to the pull request, of runs and of the bare script."""

    runs: tuple[float, ...]
    scripts: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Crowd:
    """Runs started at once: their number, duration and failures, and the platform's memory."""

    runs: int
    seconds: float
    failures: tuple[str, ...]
    memory: dict[str, tuple[float, float]]  # by program: MB now, and the peak


def compare(app: App, organization: Organization, remote: Remote, times: int) -> Comparison:
    """Measure *times* runs and scripts alternately on one repository, after some warm-ups."""
    runs, scripts = [], []
    for number in range(WARM_UPS + times):
        time.sleep(REST_SECONDS)
        scripts.append(remote.bare_script(number))
        time.sleep(REST_SECONDS)
        runs.append(run_seconds(app, remote, create_work_item(organization, f"Say hello, {number}")))
    return Comparison(tuple(runs[WARM_UPS:]), tuple(scripts[WARM_UPS:]))


def run_seconds(app: App, remote: Remote, work_item: int) -> float:
    """Run one work item; returns the seconds from before the POST to the pull request's creation."""
    began = time.time()
    run = finished(app, start(app, remote.name, work_item=work_item))
    return remote.opened_at(int(run["pullRequestId"])) - began


def start(app: App, repository: str, *, work_item: int, agent: str = QUICK) -> str:
    """Start a run; returns its id; raises `PlatformError`."""
    body = {"workItemId": work_item, "project": PROJECT, "repository": repository, "agentType": agent}
    answer = app.http.post("/api/runs", json=body)
    if answer.status_code != 202:
        raise PlatformError(f"POST /api/runs: HTTP {answer.status_code} {answer.text[:300]}")
    return str(answer.json()["id"])


def finished(app: App, run_id: str) -> JSON:
    """Wait for the end of a run and return it; raises `PlatformError` unless it completed."""
    deadline = time.monotonic() + MAX_RUN_SECONDS
    while time.monotonic() < deadline:
        time.sleep(LOOK_SECONDS)
        run = app.run(run_id)
        if run["status"] == GOOD:
            return run
        if run["status"] not in PHASES:
            raise PlatformError(f"Run {run_id}: {run['status']}: {run.get('reason')}\n{app.log(run_id)}")
    raise PlatformError(f"Run {run_id} did not end within {MAX_RUN_SECONDS} seconds.")


def crowd(platform: Platform, app: App, organization: Organization, remote: Remote, runs: int) -> Crowd:
    """Start *runs* runs at once and wait until all have ended."""
    items = [create_work_item(organization, f"Say hello to all, {number}") for number in range(runs)]
    began = time.monotonic()
    with ThreadPoolExecutor(runs) as pool:
        started = set(pool.map(lambda item: start(app, remote.name, work_item=item), items))
    failures = tuple(_failures(app, started, began + CROWD_SECONDS, runs))
    return Crowd(runs, time.monotonic() - began, failures, memory(platform))


def _failures(app: App, waiting: set[str], deadline: float, runs: int) -> Iterator[str]:
    """Yield the outcome of each failed run, until all have ended or the deadline has passed."""
    while waiting and time.monotonic() < deadline:
        time.sleep(LOOK_SECONDS)
        for run in app.runs(top=runs):
            if run["id"] in waiting and run["status"] not in PHASES:
                waiting.discard(run["id"])
                if run["status"] != GOOD:
                    yield f"{run['id']}: {run['status']}: {run.get('reason')}"
    yield from (f"{run_id}: not ended" for run_id in waiting)


def memory(platform: Platform) -> dict[str, tuple[float, float]]:
    """Return the resident memory of each program of *platform*, now and at its peak, in MB (Linux only)."""
    resident = {name: _resident(pid) for name, pid in platform.pids().items()}
    return {name: seen for name, seen in resident.items() if seen is not None}


def _resident(pid: int) -> tuple[float, float] | None:
    """Return the resident memory of a process, now and at its peak, in MB; None if it has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return None
    found = {name: text for name, _, text in (line.partition(":") for line in lines)}
    now, most = (int(found[name].split()[0]) / 1000 for name in ("VmRSS", "VmHWM"))
    return now, most
