"""Measures what runs cost, one by one and many at once, and how long many take.

https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-perf-and-scale
"""

import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from emulators.bench.agent import QUICK
from emulators.bench.azure_devops import add_repository, create_work_item
from emulators.bench.cost import Cost, Meter
from emulators.bench.counting.hub import Hub
from emulators.bench.counting.usage import memory
from emulators.bench.repositories import SMALL, Contents
from emulators.bench.runs import GOOD, MAX_RUN_SECONDS, REST_SECONDS, WARM_UPS, finished, start
from emulators.platform.clients.app import PHASES, App
from emulators.platform.clients.organization import sign_in
from emulators.platform.running import Platform
from emulators.ports import AZURE_DEVOPS

JSON = dict[str, Any]
MAX_CROWD_SECONDS = 400
WAITING_SECONDS = 0.5  # between two lists of the runs, of which one is enough if all have ended


@dataclass(frozen=True, slots=True)
class Crowd:
    """Runs started at once: their number, duration, failures and cost, and the platform's memory."""

    runs: int
    seconds: float
    failures: tuple[str, ...]
    cost: Cost
    memory: dict[str, tuple[float, float]]  # by program: MB now, and the peak


class Place:
    """A platform with a repository, where runs are started and counted."""

    def __init__(self, platform: Platform, contents: Contents = SMALL) -> None:
        self.platform, self.app = platform, App(platform.plan)
        self.organization = sign_in(platform.url(AZURE_DEVOPS))
        self.remote = add_repository(self.organization, contents)
        self.hub = Hub(platform.plan)
        self.meter = Meter(platform, self.hub)

    def start(self, work_item: int, agent: str = QUICK) -> str:
        """Start a run; returns its id; raises `PlatformError`."""
        return start(self.app, self.remote.name, work_item=work_item, agent=agent)

    def work_items(self, number: int) -> list[int]:
        """Create work items; returns their numbers once that is in the logs, which follow the answers."""
        items = [create_work_item(self.organization, f"Say hello, {which}") for which in range(number)]
        time.sleep(REST_SECONDS)
        return items


def quiet_cost(place: Place, times: int) -> Cost:
    """Return what a run costs while nothing else happens: the median of *times* runs after some warm-ups."""
    return Cost.median([_one(place) for _ in range(WARM_UPS + times)][WARM_UPS:])


def _one(place: Place) -> Cost:
    """Carry one run to its end without a look at it through the app, and return its cost."""
    (work_item,) = place.work_items(1)
    before = place.meter.reading()
    run_id = place.start(work_item)
    place.hub.wait(time.monotonic() + MAX_RUN_SECONDS)
    time.sleep(REST_SECONDS)
    cost = place.meter.since(before)
    finished(place.app, run_id)
    return cost


def crowd(place: Place, runs: int, agent: str = QUICK) -> Crowd:
    """Start *runs* runs of *agent* at once and wait until all have ended."""
    items = place.work_items(runs)
    before, began = place.meter.reading(), time.monotonic()
    with ThreadPoolExecutor(runs) as pool:
        ids = set(pool.map(lambda item: place.start(item, agent), items))
    while True:
        place.hub.wait(began + MAX_CROWD_SECONDS)
        seconds, cost = time.monotonic() - began, place.meter.since(before, runs)
        ended = {run["id"]: run for run in place.app.runs(top=runs) if run["status"] not in PHASES}
        if ids <= ended.keys() or seconds > MAX_CROWD_SECONDS:
            return Crowd(runs, seconds, _failures(ids, ended), cost, memory(place.platform))
        time.sleep(WAITING_SECONDS)  # a run that waits may have no orchestration


def _failures(ids: Iterable[str], ended: Mapping[str, JSON]) -> tuple[str, ...]:
    """Return the outcome of each run that did not complete."""
    outcomes = {run_id: ended.get(run_id, {"status": "not ended"}) for run_id in ids}
    return tuple(
        f"{run_id}: {run['status']}: {run.get('reason', '')}"
        for run_id, run in outcomes.items()
        if run["status"] != GOOD
    )
