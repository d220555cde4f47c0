"""Measures the histories of a run whose callback never arrives; polls must not grow the parent's history.

https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-http-api#get-instance-status
"""

import json
from dataclasses import dataclass
from typing import Any

import httpx

from emulators.bench.agent import PATIENT, QUICK
from emulators.bench.azure_devops import Remote, create_work_item
from emulators.bench.runs import finished, start
from emulators.platform.clients.app import App, keys
from emulators.platform.clients.organization import Organization
from emulators.platform.plan import Plan
from emulators.ports import FUNCTIONS_HOST

JSON = dict[str, Any]
POLLING, LOOK = "wait_for_container_group", "get_container_group"
# A callback to this address is answered 404, so that only the polling, here every 1.5 s, sees the end.
SETTINGS_WITHOUT_CALLBACK = {"POLL_SECONDS": "1.5"}
NOWHERE = "nowhere"


@dataclass(frozen=True, slots=True)
class Length:
    """The number of a run's polls, and of the events in the histories of the run and of its polling."""

    polls: int
    events: int
    polling_events: int


def settings_without_callback(base_port: int) -> dict[str, str]:
    """Return the settings of an app whose callbacks never arrive."""
    return {**SETTINGS_WITHOUT_CALLBACK, "PUBLIC_URL": f"{FUNCTIONS_HOST.url(base_port)}/{NOWHERE}"}


def lengths(plan: Plan, organization: Organization, remote: Remote) -> tuple[Length, ...]:
    """Return the lengths for a run with one poll, and for a run with about ten."""
    app = App(plan)
    ids = [
        start(app, remote.name, work_item=create_work_item(organization, f"Say hello: {agent}"), agent=agent)
        for agent in (QUICK, PATIENT)
    ]
    for run_id in ids:
        finished(app, run_id)
    return tuple(_length(plan, run_id) for run_id in ids)


def _length(plan: Plan, run_id: str) -> Length:
    with httpx.Client(
        base_url=f"{FUNCTIONS_HOST.url(plan.base_port)}/runtime/webhooks/durabletask",
        params={"code": keys(plan)["system"]["durabletask_extension"]},
        trust_env=False,
    ) as durable:
        every: list[JSON] = durable.get("/instances").json()
        watching = [
            one["instanceId"]
            for one in every
            if one["name"] == POLLING and run_id in json.dumps(one["input"])
        ]
        polling = [event for name in watching for event in _events(durable, name)]
        events = _events(durable, run_id)
    polls = sum(event.get("FunctionName") == LOOK for event in polling)
    return Length(polls, len(events), len(polling))


def _events(durable: httpx.Client, instance_id: str) -> list[JSON]:
    answer = durable.get(f"/instances/{instance_id}", params={"showHistory": "true"})
    return list(answer.json()["historyEvents"])
