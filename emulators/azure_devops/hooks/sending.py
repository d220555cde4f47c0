"""Sends one notification, and keeps its record.

https://learn.microsoft.com/azure/devops/service-hooks/services/webhooks
"""

import time
from dataclasses import dataclass

import aiohttp

from emulators.azure_devops.core.state import JSON, now
from emulators.azure_devops.hooks.subscriptions import headers_of, public

MAX_ANSWER_BYTES = 100_000


@dataclass(frozen=True, slots=True)
class Attempt:
    """The result of one request: the HTTP status (0 without an answer) and the error."""

    status: int
    answer: str
    error: str
    seconds: float

    @property
    def accepted(self) -> bool:
        """Whether the web hook accepted it."""
        return 200 <= self.status < 300


async def send(session: aiohttp.ClientSession, inputs: JSON, payload: JSON) -> Attempt:
    """POST *payload* to the web hook of *inputs*, once; a failure is an `Attempt`, not an exception."""
    started, status, answer = time.monotonic(), 0, ""
    try:
        async with session.post(
            inputs["url"], json=payload, headers=headers_of(inputs), allow_redirects=False
        ) as response:
            status = response.status
            answer = (await _start_of(response.content)).decode(errors="replace")
            error = "" if response.ok else f"{response.reason} ({status})"
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as failure:
        error = f"{type(failure).__name__}: {failure}"
    return Attempt(status, answer, error, round(time.monotonic() - started, 3))


async def _start_of(content: aiohttp.StreamReader) -> bytes:
    """Return the answer up to `MAX_ANSWER_BYTES`; one `read` may return less than has been sent."""
    start = b""
    while len(start) < MAX_ANSWER_BYTES:
        piece = await content.read(MAX_ANSWER_BYTES - len(start))
        if not piece:
            break
        start += piece
    return start


def new_notification(subscription: JSON, number: int, payload: JSON) -> JSON:
    """Return the record of a notification that is about to be sent."""
    return {
        "id": number,
        "subscriptionId": subscription["id"],
        "subscriberId": subscription["createdBy"]["id"],
        "eventId": payload["id"],
        "status": "queued",
        "result": "pending",
        "createdDate": now(),
        "modifiedDate": now(),
        "details": {
            "eventType": payload["eventType"],
            "event": payload,
            "publisherId": "tfs",
            "consumerId": subscription["consumerId"],
            "consumerActionId": subscription["consumerActionId"],
            "consumerInputs": public(subscription)["consumerInputs"],
            "publisherInputs": subscription["publisherInputs"],
            "requestAttempts": 0,
            "queuedDate": now(),
        },
    }


def attempted(notification: JSON, attempt: Attempt) -> JSON:
    """Return *notification* with the result of an attempt."""
    details = notification["details"]
    url = details["consumerInputs"]["url"]
    tried = {
        "request": f"Method: POST\nURI: {url}\nHTTP Version: 1.1",
        "response": f"Status Code: {attempt.status}\nContent: {attempt.answer}" if attempt.status else "",
        "requestDuration": attempt.seconds,
        "requestAttempts": details["requestAttempts"] + 1,
        "errorMessage": attempt.error,
    }
    return {**notification, "status": "processing", "modifiedDate": now(), "details": {**details, **tried}}


def ended(notification: JSON, result: str, error: str = "") -> JSON:
    """Return *notification* with its final result, after the last attempt."""
    details = {**notification["details"], "completedDate": now()}
    if error:
        details["errorMessage"] = error
    return {
        **notification,
        "status": "completed",
        "result": result,
        "modifiedDate": now(),
        "details": details,
    }
