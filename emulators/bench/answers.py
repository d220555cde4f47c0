"""Measures how fast the app answers: service hooks and `POST /api/runs`, at a fixed rate.

The rate does not depend on the answers (open loop), as the senders do not wait for each other either:
https://learn.microsoft.com/azure/devops/service-hooks/services/webhooks
"""

import asyncio
import json
import statistics
import time
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import aiohttp

from emulators.bench.agent import HOLDER, QUICK
from emulators.bench.crowd import Place
from emulators.bench.repositories import SMALL
from emulators.platform.app_settings import PROJECT
from emulators.platform.clients.app import keys
from emulators.platform.clients.person import HOOK_USER
from emulators.platform.processes import PlatformError
from emulators.platform.sample import TAG, hook_url

JSON = dict[str, Any]
SECONDS = 10
MAX_HOLD_SECONDS, LOOK_SECONDS = 120, 0.5
MAX_ANSWER_SECONDS = 30  # an overloaded app answers later, or not at all
HOOKS_A_SECOND, REQUESTS_A_SECOND = 100, 20
HOOKS_A_SECOND_ON_EXTENSION = 20  # there a start is three requests to storage, whose emulator sets the pace
ACCEPTED = 202
HOLDING = "running"
WORKERS = 8
HUNDREDTHS = 100


@dataclass(frozen=True, slots=True)
class Answers:
    """Seconds to each answer, and how often which answer was none of a start."""

    seconds: tuple[float, ...]
    others: Mapping[str, int]

    def percentile(self, hundredths: int) -> float:
        """Return the time within which so many hundredths of the answers came, in seconds."""
        return statistics.quantiles(self.seconds, n=HUNDREDTHS, method="inclusive")[hundredths - 1]


@dataclass(frozen=True, slots=True)
class Message:
    """A request to the app."""

    url: str
    body: JSON
    headers: Mapping[str, str]


def settings(**more: str) -> dict[str, str]:
    """Return the settings of an app whose hooks start quick runs, and *more* settings."""
    repositories = json.dumps({PROJECT: SMALL.name})
    return {"DEFAULT_AGENT": QUICK, "PROJECT_REPO_MAP": repositories, "MAX_QUEUED_RUNS": "10000", **more}


def hold_runs_back(place: Place) -> None:
    """Give the only place to a run that keeps it, so that no other run begins.

    Whatever the app does to put a run into its queue remains part of a measurement. Raises `PlatformError`
    when that run does not begin.
    """
    (work_item,) = place.work_items(1)
    run_id, deadline = place.start(work_item, HOLDER), time.monotonic() + MAX_HOLD_SECONDS
    while place.app.run(run_id)["status"] != HOLDING:
        if time.monotonic() > deadline:
            raise PlatformError(f"Run {run_id} did not begin within {MAX_HOLD_SECONDS} seconds.")
        time.sleep(LOOK_SECONDS)


def answers(place: Place, messages: Sequence[Message]) -> Answers:
    """Send *messages* evenly over some seconds, and return how they were answered."""
    found = asyncio.run(_open_loop(messages))
    place.platform.check()
    return found


def deliveries(place: Place, a_second: int = HOOKS_A_SECOND) -> list[Message]:
    """Return a delivery of a service hook for each of many new work items."""
    url, password = hook_url(place.platform), place.platform.passwords.hook_password
    headers = {"Authorization": aiohttp.encode_basic_auth(HOOK_USER, password)}
    with ThreadPoolExecutor(WORKERS) as pool:
        items = list(pool.map(partial(_tagged, place), range(a_second * SECONDS)))
    subscription, containers = (
        str(uuid.uuid4()),
        {"account": {"baseUrl": f"{place.organization.person.url}/"}},
    )
    return [
        Message(url, _created(item, number, subscription, containers), headers)
        for number, item in enumerate(items)
    ]


def _tagged(place: Place, number: int) -> JSON:
    fields = {"System.Title": f"Answer {number}", "System.Tags": TAG}
    return place.organization.person.create_work_item(PROJECT, "User Story", fields)


def _created(item: JSON, number: int, subscription: str, containers: JSON) -> JSON:
    """Return the event of a new work item.

    https://learn.microsoft.com/azure/devops/service-hooks/events#workitem.created
    """
    return {
        "id": str(uuid.uuid4()),
        "subscriptionId": subscription,
        "notificationId": number + 1,
        "eventType": "workitem.created",
        "publisherId": "tfs",
        "resource": {name: item[name] for name in ("id", "rev", "fields", "url")},
        "resourceVersion": "1.0",
        "resourceContainers": containers,
    }


def requests(place: Place) -> list[Message]:
    """Return a request for a run of each of some new work items."""
    headers = {"x-functions-key": keys(place.platform.plan)["host"]["default"]}
    return [
        Message(f"{place.app.url}/api/runs", {"workItemId": item, "project": PROJECT}, headers)
        for item in place.work_items(REQUESTS_A_SECOND * SECONDS)
    ]


async def _open_loop(messages: Sequence[Message]) -> Answers:
    """Send *messages* evenly over the time of the measurement, and wait for all answers."""
    seconds, others = [], Counter[str]()

    async def send(session: aiohttp.ClientSession, message: Message, due: float) -> None:
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        began = time.monotonic()
        try:
            async with session.post(message.url, json=message.body, headers=message.headers) as answer:
                text = await answer.text()
                outcome = "" if answer.status == ACCEPTED else f"{answer.status} {text[:100]}"
        except (aiohttp.ClientError, TimeoutError) as error:
            outcome = type(error).__name__
        seconds.append(time.monotonic() - began)
        if outcome:
            others[outcome] += 1

    unlimited = aiohttp.TCPConnector(limit=0)
    timeout = aiohttp.ClientTimeout(MAX_ANSWER_SECONDS)
    async with aiohttp.ClientSession(connector=unlimited, timeout=timeout) as session:
        began, step = time.monotonic(), SECONDS / len(messages)
        await asyncio.gather(*(send(session, one, began + n * step) for n, one in enumerate(messages)))
    return Answers(tuple(seconds), dict(others))
