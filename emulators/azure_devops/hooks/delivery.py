"""Delivers events to the web hooks of matching subscriptions, with retries.

https://learn.microsoft.com/azure/devops/service-hooks/services/webhooks
https://learn.microsoft.com/azure/devops/service-hooks/troubleshoot
"""

import asyncio
from typing import Any

import aiohttp

from emulators.azure_devops.core.services import Event
from emulators.azure_devops.core.state import JSON, State, new_id, now
from emulators.azure_devops.hooks.sending import attempted, ended, new_notification, send
from emulators.azure_devops.hooks.subscriptions import project_of, with_status

TRANSIENT = (408, 502, 503, 504)
TRANSIENT_DELAYS = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0)
PROBATION_DELAYS = tuple(17.0 * 60 * 2**n for n in range(7))  # about 36 hours in total
ANSWER_SECONDS = 100
MAX_AT_ONCE = 32


class Hooks:
    """Notifications to deliver; they are stored on disk, and delivery continues after a restart."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._tasks: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None
        self._slots = asyncio.Semaphore(MAX_AT_ONCE)

    async def start(self) -> None:
        """Continue to deliver the notifications of an earlier process."""
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS))
        for row in self._state.store.all("delivery"):
            self._schedule(row["subscription"], row["notification"])

    async def close(self) -> None:
        """Stop delivering; undelivered notifications stay on disk."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    def publish(self, event: Event) -> None:
        """Queue *event* for every matching subscription; returns at once."""
        for subscription in self._state.store.all("subscription"):
            if _wants(subscription, event):
                self.notify(subscription, envelope(self._state, event, subscription))

    def notify(self, subscription: JSON, payload: JSON) -> None:
        """Queue one notification."""
        number, notification = self._record(subscription, payload)
        store, key = self._state.store, f"{subscription['id']} {number}"
        with store.transaction():
            store.put("notification", number, notification, parent=subscription["id"])
            store.put("delivery", key, {"subscription": subscription["id"], "notification": number})
        self._schedule(subscription["id"], number)

    async def send_test(self, subscription: JSON, payload: JSON) -> JSON:
        """Send one notification at once, without retries, and return its record."""
        number, notification = self._record(subscription, payload)
        attempt = await send(
            self._connections(), subscription["consumerInputs"], notification["details"]["event"]
        )
        result = "succeeded" if attempt.accepted else "failed"
        notification = ended(attempted(notification, attempt), result)
        return self._state.store.put("notification", number, notification, parent=subscription["id"])

    def _record(self, subscription: JSON, payload: JSON) -> tuple[int, JSON]:
        number = self._state.store.next(f"notification {subscription['id']}")
        payload = {"subscriptionId": subscription["id"], "notificationId": number, **payload}
        return number, new_notification(subscription, number, payload)

    def _connections(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise RuntimeError("service hooks are not started")
        return self._session

    def _schedule(self, subscription: str, notification: int) -> None:
        task = asyncio.get_running_loop().create_task(self._deliver(subscription, notification))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, subscription_id: str, number: int) -> None:
        """Send a notification until it is accepted, refused for good, or out of retries."""
        delays = {True: list(TRANSIENT_DELAYS), False: list(PROBATION_DELAYS)}
        while True:
            subscription = self._state.store.get("subscription", subscription_id)
            notification = self._state.store.get("notification", number, parent=subscription_id)
            if subscription is None or notification is None or subscription["status"].startswith("disabled"):
                return self._finish(
                    subscription_id, number, "failed", "The subscription is gone or disabled."
                )
            async with self._slots:
                event = notification["details"]["event"]
                attempt = await send(self._connections(), subscription["consumerInputs"], event)
            self._state.store.put(
                "notification", number, attempted(notification, attempt), parent=subscription_id
            )
            transient = attempt.status in TRANSIENT
            left = delays[transient]
            if attempt.accepted:
                self._set_status(subscription_id, "enabled")
                return self._finish(subscription_id, number, "succeeded")
            if attempt.status == 410 or not (left or transient):
                self._set_status(subscription_id, "disabledBySystem")
            elif not transient:
                self._set_status(subscription_id, "onProbation")
            if attempt.status == 410 or not left:
                return self._finish(subscription_id, number, "failed", attempt.error)
            await asyncio.sleep(left.pop(0) * self._state.switches().hook_seconds_scale)

    def _finish(self, subscription: str, number: int, result: str, error: str = "") -> None:
        store = self._state.store
        with store.transaction():
            store.remove("delivery", f"{subscription} {number}")
            notification = store.get("notification", number, parent=subscription)
            if notification is not None:
                store.put("notification", number, ended(notification, result, error), parent=subscription)

    def _set_status(self, subscription_id: str, status: str) -> None:
        subscription = self._state.store.get("subscription", subscription_id)
        if subscription is not None and subscription["status"] in ("enabled", "onProbation"):
            self._state.store.put("subscription", subscription_id, with_status(subscription, status))


def _wants(subscription: JSON, event: Event) -> bool:
    if subscription["eventType"] != event.type or subscription["status"].startswith("disabled"):
        return False
    inputs = subscription["publisherInputs"]
    if project_of(inputs) not in ("", event.project.id):
        return False
    return subscription["organization"] == event.project.organization and event.accepts(inputs)


def envelope(state: State, event: Event, subscription: JSON) -> JSON:
    """Return the JSON for the web hook, with as much detail as the subscription requests."""
    inputs, version = subscription["consumerInputs"], subscription["resourceVersion"]
    collection = state.organization_id(event.project.organization)
    base = f"{event.url}/"
    return {
        "id": new_id(),
        "eventType": event.type,
        "publisherId": "tfs",
        "message": _message(inputs.get("messagesToSend", "all"), event.text, event.html, event.markdown),
        "detailedMessage": _message(inputs.get("detailedMessagesToSend", "all"), *event.details),
        "resource": detailed(event.resource(version), inputs),
        "resourceVersion": version,
        "resourceContainers": {
            "collection": {"id": collection, "baseUrl": base},
            "account": {"id": collection, "baseUrl": base},
            "project": {"id": event.project.id, "baseUrl": base},
        },
        "createdDate": now(),
    }


def detailed(resource: Any, inputs: JSON) -> Any:
    """Return as much of *resource* as the subscription with these *inputs* requests."""
    wanted = inputs.get("resourceDetailsToSend", "all")
    if wanted == "minimal":
        return {key: resource[key] for key in ("id", "url") if key in resource}
    return None if wanted == "none" else resource


def _message(wanted: str, text: str, html: str, markdown: str) -> JSON | None:
    if wanted == "none":
        return None
    forms = {"text": text, "html": html, "markdown": markdown}
    return forms if wanted == "all" else {wanted: forms.get(wanted, text)}
