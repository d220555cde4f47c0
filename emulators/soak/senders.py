"""Those who ask for runs: people who set a tag, callers of the API, and Azure DevOps that delivers again.

Azure DevOps delivers a notification again, and in no order, when it does not see the answer:
https://learn.microsoft.com/azure/devops/service-hooks/troubleshoot
"""

import contextlib
import random
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

from emulators.platform.app_settings import PROJECT
from emulators.platform.clients.app import App
from emulators.platform.clients.person import HOOK_USER
from emulators.platform.processes import PlatformError
from emulators.platform.running import Platform
from emulators.platform.sample import EVENTS, TAG, Sample, hook_url
from emulators.soak.schedule import Repeat, Start

JSON = dict[str, Any]
ACCEPTED, ACTIVE = (200, 202), 409
REFUSED = (400, 403, 404, 413, 415, 422)  # an answer that is no trouble, and that no repeat would change
MAX_SECONDS = 90.0  # for which one asks again
WAIT_SECONDS = 0.3
MAX_NOTIFICATIONS = 200


class Senders:
    """Starts of runs, repeated until they were accepted; remembers for which work items that was so."""

    def __init__(self, platform: Platform, sample: Sample, seed: int, over: threading.Event) -> None:
        self.platform, self.sample, self.seed, self._over = platform, sample, seed, over
        self.app = App(platform.plan)
        self.items: dict[int, int] = {}  # the work items, by number
        self.accepted: set[int] = set()
        self.refused: list[str] = []
        self.sent = 0
        self._hooks = httpx.Client(trust_env=False, timeout=60)
        self._events: dict[int, list[JSON]] = {}
        self._lock, self._reading = threading.Lock(), threading.Lock()

    def prepare(self, starts: tuple[Start, ...]) -> None:
        """Create the work items and a second subscription of each kind, as long as nothing is in trouble."""
        for event in EVENTS:
            self.sample.person.subscribe(
                event, self.sample.project_id, hook_url(self.platform), self.platform.passwords.hook_password
            )
        for start in starts:
            self.add(start)

    def add(self, start: Start) -> None:
        """Create the work item of a start; raises `PlatformError` when Azure DevOps refuses it."""
        order = f"SOAK {start.number} {round(start.agent_seconds * 10)}"
        fields = {"System.Title": f"Say hello, {start.number}", "System.Description": f"<div>{order}</div>"}
        item = self.sample.person.create_work_item(PROJECT, "User Story", fields)
        self.items[start.number] = int(item["id"])

    def start(self, start: Start) -> None:
        """Ask for a run, by several callers at once."""
        if start.how == "tag":
            self._until_done(lambda: self._tag(start.number))
            if self._deliver_all(self._known(start.number)):
                self._accept(start.number)
            return
        with ThreadPoolExecutor(start.callers) as pool:
            list(pool.map(self._request, [start.number] * start.callers))

    def repeat(self, repeat: Repeat, start: Start) -> None:
        """Ask once more for a run that was asked for before, by several senders at once."""
        if start.how == "rest":
            with ThreadPoolExecutor(repeat.callers) as pool:
                list(pool.map(self._request, [start.number] * repeat.callers))
            return
        chance = random.Random(f"{self.seed} {repeat}")  # noqa: S311 - an order, not a secret
        events = self._renamed(self._known(start.number), chance) if repeat.is_renamed else None
        payloads = (events or self._known(start.number)) * repeat.callers
        chance.shuffle(payloads)
        self._deliver_all(payloads)

    def _tag(self, number: int) -> bool:
        self.sample.person.tag(self.items[number], [TAG])
        return True

    def _deliver_all(self, payloads: list[JSON]) -> bool:
        """Deliver all *payloads* by hand at once; return whether there are some, and each was answered.

        The emulated Azure DevOps delivers them as well, but with its pauses shortened it soon gives up.
        """
        with ThreadPoolExecutor(max(1, len(payloads))) as pool:
            return bool(payloads) and all(list(pool.map(self._deliver, payloads)))

    def _request(self, number: int) -> None:
        self._until_done(lambda: self._was_answered(number))

    def _was_answered(self, number: int) -> bool:
        """Ask the app for the run, with the key by which it knows a repeat; return whether it decided."""
        body = {"workItemId": self.items[number], "project": PROJECT}
        headers = {"Idempotency-Key": f"soak-{self.seed}-{number}"}
        self.sent += 1
        answer = self.app.http.post("/api/runs", json=body, headers=headers)
        if answer.status_code in (*ACCEPTED, ACTIVE):
            self._accept(number)
        elif answer.status_code in REFUSED:
            self.refused.append(f"POST /api/runs for {number}: {answer.status_code} {answer.text[:200]}")
        return answer.status_code in (*ACCEPTED, ACTIVE, *REFUSED)

    def _accept(self, number: int) -> None:
        with self._lock:
            self.accepted.add(number)

    def _deliver(self, payload: JSON) -> bool:
        """Deliver *payload* by hand until it is answered; return whether it was."""

        def answered() -> bool:
            self.sent += 1
            auth = (HOOK_USER, self.platform.passwords.hook_password)
            return self._hooks.post(hook_url(self.platform), json=payload, auth=auth).is_success

        return self._until_done(answered)

    def _known(self, number: int) -> list[JSON]:
        """Return what Azure DevOps has told of a work item so far."""
        with self._reading:  # whoever waits finds what another has read
            if number not in self._events:
                self._until_done(self._read_events)
            return list(self._events.get(number, ()))

    def _read_events(self) -> bool:
        """Read the newest notifications of changes."""
        numbers = {item: number for number, item in self.items.items()}
        person, found = self.sample.person, dict[int, list[JSON]]()
        listed = person.ask("GET", "_apis/hooks/subscriptions", params={"eventType": EVENTS[1]})["value"]
        for one in listed:
            path = f"_apis/hooks/subscriptions/{one['id']}/notifications"
            for notification in person.ask("GET", path, params={"maxResults": MAX_NOTIFICATIONS})["value"]:
                event = notification["details"]["event"]
                number = numbers.get(int(event["resource"].get("workItemId", event["resource"]["id"])))
                if number is not None:
                    found.setdefault(number, []).append(event)
        self._events |= found
        return True

    @staticmethod
    def _renamed(events: list[JSON], chance: random.Random) -> list[JSON]:
        """Return *events* as further subscriptions would deliver them: under names of their own."""
        return [
            {
                **event,
                "id": str(uuid.UUID(int=chance.getrandbits(128))),
                "notificationId": chance.randrange(10**6, 10**9),
            }
            for event in events
        ]

    def _until_done(self, act: Callable[[], bool]) -> bool:
        """Repeat *act* until it is done, for at most `MAX_SECONDS`; return whether it is."""
        deadline = time.monotonic() + MAX_SECONDS
        while time.monotonic() < deadline and not self._over.is_set():
            with contextlib.suppress(httpx.HTTPError, PlatformError):
                if act():
                    return True
            self._over.wait(WAIT_SECONDS)
        return False
