"""Counts what runs ask of storage when Microsoft's Durable extension keeps their orchestrations.

What its hub stores has the hub's name; what it also asks for while nothing happens, such as leases and the
messages of empty queues, is upkeep and does not count.

https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-azure-storage-provider
"""

import json
import statistics
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from emulators.bench.agent import QUICK, TALKER
from emulators.bench.azure_devops import Remote, create_work_item
from emulators.bench.counting.access_logs import AccessLogs, Request
from emulators.bench.runs import GOOD, start
from emulators.platform.clients.app import PHASES, App
from emulators.platform.clients.organization import Organization
from emulators.platform.plan import Plan
from emulators.platform.processes import PlatformError
from emulators.platform.running import STORAGE

TIMES = 3
IDLE_SECONDS = 25.0  # longer than the longest time between two polls of a queue
SETTLED_SECONDS = 4.0
LOOK_SECONDS = 0.5
MAX_RUNS_SECONDS = 1_800.0
ENTITY_GROUP = "$batch"  # several rows of one history at once; the app writes row by row


@dataclass(frozen=True, slots=True)
class HubCost:
    """The requests to storage of a run while nothing else happens, and of each of many runs at once."""

    quiet: float
    crowd: float
    runs: int


@dataclass(frozen=True, slots=True)
class Workplace:
    """A platform on the extension, with a repository in which runs are started."""

    plan: Plan
    organization: Organization
    remote: Remote


class HubRequests:
    """The requests of the hub to storage, told from those of the app and from upkeep."""

    def __init__(self, plan: Plan) -> None:
        host = json.loads((plan.app / "host.json").read_text())
        self._hub = str(host["extensions"]["durableTask"]["hubName"]).lower()
        self._logs, self._upkeep = AccessLogs(plan), frozenset[tuple[str, str]]()

    def position(self) -> Mapping[str, int]:
        """Return where the logs end now."""
        return self._logs.position()

    def learn_upkeep(self, sleep: Callable[[float], None] = time.sleep) -> None:
        """Watch the idle hub for a while; what it asks for does not count from now on."""
        position = self.position()
        sleep(IDLE_SECONDS)
        self._upkeep = frozenset((one.method, one.path) for one in self._all(position))

    def since(self, position: Mapping[str, int]) -> int:
        """Return how many requests, other than upkeep, were made behind *position*."""
        return sum((one.method, one.path) not in self._upkeep for one in self._all(position))

    def _all(self, position: Mapping[str, int]) -> list[Request]:
        return [one for one in self._logs.since(position).requests[STORAGE] if self._is_ours(one)]

    def _is_ours(self, request: Request) -> bool:
        resource = request.path.split("/")[2:3]  # behind the account
        return bool(resource) and (resource[0].lower().startswith(self._hub) or resource[0] == ENTITY_GROUP)


def hub_cost(place: Workplace, runs: int) -> HubCost:
    """Measure runs one by one, after a warm-up, and then *runs* at once; raises `PlatformError`."""
    hub = _hub(place)
    quiet = statistics.median(_requests(place, hub, 1) for _ in range(TIMES))
    return HubCost(quiet, _requests(place, hub, runs), runs)


def requests_of_looks(place: Workplace) -> float:
    """Return the requests of one run of the talker, which is looked at for 20 minutes."""
    return _requests(place, _hub(place), 1, TALKER)


def _hub(place: Workplace) -> HubRequests:
    """Return the requests of the hub after a first run, with its upkeep known."""
    hub = HubRequests(place.plan)
    _requests(place, hub, 1)
    hub.learn_upkeep()
    return hub


def _requests(place: Workplace, hub: HubRequests, runs: int, agent: str = QUICK) -> float:
    """Carry *runs* runs of *agent* at once; returns the requests of each."""
    app, remote = App(place.plan), place.remote
    items = [create_work_item(place.organization, f"Say hello durably, {number}") for number in range(runs)]
    position = hub.position()
    with ThreadPoolExecutor(runs) as pool:
        ids = set(pool.map(lambda item: start(app, remote.name, work_item=item, agent=agent), items))
    _wait(app, ids)
    return _settled(hub, position) / runs


def _wait(app: App, ids: set[str]) -> None:
    """Wait until the runs *ids* have completed; raises `PlatformError` when one did not."""
    deadline = time.monotonic() + MAX_RUNS_SECONDS
    waiting = set(ids)
    while waiting:
        for run in app.runs(top=len(ids)):
            if run["id"] in waiting and run["status"] not in PHASES:
                waiting.discard(run["id"])
                if run["status"] != GOOD:
                    raise PlatformError(f"Run {run['id']}: {run['status']}: {run.get('reason')}")
        if time.monotonic() > deadline:
            raise PlatformError(f"{len(waiting)} runs did not end within {MAX_RUNS_SECONDS:g} seconds.")
        time.sleep(LOOK_SECONDS)


def _settled(hub: HubRequests, position: Mapping[str, int]) -> int:
    """Return how many requests there were once no more are made: orchestrations end after their runs."""
    seen, now = -1, hub.since(position)
    while now != seen:
        time.sleep(SETTLED_SECONDS)
        seen, now = now, hub.since(position)
    return now
