"""Measures runs from `POST /api/runs` to the pull request, compared with a bare script.

https://learn.microsoft.com/rest/api/azure/devops/git/pull-requests/get-pull-request
"""

import time
from dataclasses import dataclass
from typing import Any

import httpx

from emulators.bench.agent import QUICK
from emulators.bench.azure_devops import Remote, create_work_item
from emulators.platform.app_settings import PROJECT
from emulators.platform.clients.app import PHASES, App
from emulators.platform.clients.organization import Organization
from emulators.platform.processes import PlatformError

JSON = dict[str, Any]
WARM_UPS = 3  # so that all connections of a run are open
REST_SECONDS = 0.2  # lets background work of the previous measurement end
LOOK_SECONDS = 0.2  # each poll is a request to the app
MAX_RUN_SECONDS = 120
GOOD = "completed"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Seconds to the pull request, of runs and of the bare script."""

    runs: tuple[float, ...]
    scripts: tuple[float, ...]


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
    try:
        answer = app.http.post("/api/runs", json=body, timeout=MAX_RUN_SECONDS)
    except httpx.TransportError as error:
        raise PlatformError(f"POST /api/runs: {type(error).__name__}") from error
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
