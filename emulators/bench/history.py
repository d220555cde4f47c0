"""Measures the histories of a run whose callback never arrives; looks must not grow the run's own history.

https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-orchestrations#orchestration-history
"""

import time
from dataclasses import dataclass

from emulators.bench.agent import PATIENT, QUICK
from emulators.bench.counting.access_logs import AccessLogs, Request
from emulators.bench.crowd import Place
from emulators.bench.runs import MAX_RUN_SECONDS, finished
from emulators.ports import AZURE_RESOURCE_MANAGER, FUNCTIONS_HOST

# A callback to this address is answered 404, so that only a look of the app, at most 6 s apart, sees the end.
SETTINGS_WITHOUT_CALLBACK = {"POLL_SECONDS": "1.5"}
NOWHERE = "nowhere"


@dataclass(frozen=True, slots=True)
class Length:
    """The number of looks at a run's containers, and of rows in the histories of the run and of others."""

    looks: int
    rows: int
    other_rows: int


def settings_without_callback(base_port: int) -> dict[str, str]:
    """Return the settings of an app whose callbacks never arrive."""
    return {**SETTINGS_WITHOUT_CALLBACK, "PUBLIC_URL": f"{FUNCTIONS_HOST.url(base_port)}/{NOWHERE}"}


def lengths(place: Place) -> tuple[Length, ...]:
    """Return the lengths for a run that is looked at about once, and for one of about ten looks."""
    return tuple(_length(place, agent) for agent in (QUICK, PATIENT))


def _length(place: Place, agent: str) -> Length:
    logs, before = AccessLogs(place.platform.plan), place.hub.rows_kept().keys()
    position = logs.position()
    run_id = place.start(place.work_items(1)[0], agent)
    place.hub.wait(time.monotonic() + MAX_RUN_SECONDS)
    finished(place.app, run_id)
    rows = {name: number for name, number in place.hub.rows_kept().items() if name not in before}
    looks = logs.since(position).count(AZURE_RESOURCE_MANAGER.name, _is_look)
    return Length(looks, rows.pop(run_id), sum(rows.values()))


def _is_look(request: Request) -> bool:
    return request.method == "GET"
