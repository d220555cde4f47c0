"""Failures on demand: `/_control/failures` makes the next generating calls fail as their provider documents.

This is outside the imitated surface. A failure is JSON, `{"failure": "overloaded", "times": 2, "after": 1}`:
its name (`failures.py`), for how many calls, and how many calls are served before them. `POST` adds one,
`GET` lists those that are left, `DELETE` removes them. A call that offers no tools, such as the one for a
title, does not count and is served.

https://platform.claude.com/docs/en/build-with-claude/streaming#error-events,
https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons,
https://platform.openai.com/docs/api-reference/responses-streaming,
https://ai.google.dev/api/generate-content#FinishReason
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from emulators.model_provider.dialects.shape import Dialect, Event, not_covered
from emulators.model_provider.failures import (
    BROKEN_STREAM,
    FAILURES,
    REFUSED_ANSWER,
    SPECIAL,
    body_of,
)
from emulators.model_provider.script.turns import JSON

MAX_TIMES = 1_000_000
KNOWN = sorted({*SPECIAL, *(name for failures in FAILURES.values() for name in failures)})


@dataclass(slots=True)
class Planned:
    """A failure of the next *times* calls after *after* calls that are served."""

    failure: str
    times: int = 1
    after: int = 0


class FailurePlan:
    """The failures that are left, in the order in which they were asked for."""

    def __init__(self) -> None:
        self._planned: list[Planned] = []

    async def control(self, request: web.Request) -> web.Response:
        """Answer `/_control/failures`."""
        if request.method == "DELETE":
            self._planned.clear()
        elif request.method == "POST":
            try:
                self._planned.append(_planned(await request.json()))
            except (TypeError, ValueError) as error:
                return web.json_response({"error": f"not a failure: {error}"}, status=400)
        left = [{"failure": one.failure, "times": one.times, "after": one.after} for one in self._planned]
        return web.json_response({"failures": left})

    def take(self) -> str:
        """Return the name of the failure of the next call, or an empty string if it is served."""
        if not self._planned:
            return ""
        first = self._planned[0]
        if first.after > 0:
            first.after -= 1
            return ""
        first.times -= 1
        if first.times == 0:
            self._planned.pop(0)
        return first.failure


def _planned(body: Any) -> Planned:
    """Return the failure that *body* asks for; raises `TypeError` or `ValueError`."""
    planned = Planned(**body)
    if planned.failure not in KNOWN:
        raise ValueError(f"{planned.failure!r} is none of {', '.join(KNOWN)}")
    for number in (planned.times, planned.after):
        if type(number) is not int or not 0 <= number <= MAX_TIMES:
            raise ValueError("times and after are whole numbers")
    if not planned.times:
        raise ValueError("times is at least 1")
    return planned


def failed_answer(provider: str, name: str, model: str) -> web.Response:
    """Return the answer with which *provider* reports the failure *name*; raises `RefusedError`."""
    failure = FAILURES.get(provider, {}).get("overloaded" if name == BROKEN_STREAM else name)
    if failure is None:
        raise not_covered(f"the failure {name} of {provider}")
    body = body_of(provider, failure, model)
    return web.json_response(body, status=failure.status, headers=dict(failure.headers))


def drop(request: web.Request) -> None:
    """Close the connection of *request* without an answer, or in the middle of one."""
    if request.transport is not None:
        request.transport.abort()


def spoiled(
    provider: str, dialect: Dialect, name: str, events: Iterable[Event], model: str
) -> Iterator[Event]:
    """Yield the *events* of a stream as the failure *name* changes them; a dropped one just ends."""
    if name == REFUSED_ANSWER:
        yield from ((kind, refused(dialect, data)) for kind, data in _renamed(dialect, events))
        return
    for number, event in enumerate(events):
        if number == 1:
            break
        yield event
    if name == BROKEN_STREAM:
        yield _error_event(provider, dialect, model)


def refused(dialect: Dialect, data: JSON | str) -> Any:
    """Return an answer or event *data*, which is a refusal if it ends the answer."""
    change = _REFUSED.get(dialect.name)
    return change(data) if change is not None and isinstance(data, dict) else data


def _refused_message(data: JSON) -> JSON:
    if data.get("stop_reason"):
        return {**data, "stop_reason": "refusal"}
    if data.get("type") == "message_delta":
        return {**data, "delta": {**data["delta"], "stop_reason": "refusal"}}
    return data


def _refused_chat(data: JSON) -> JSON:
    choices = [
        {**choice, "finish_reason": "content_filter" if choice["finish_reason"] else None}
        for choice in data["choices"]
    ]
    return {**data, "choices": choices}


def _refused_response(data: JSON) -> JSON:
    if isinstance(data.get("response"), dict):
        return {**data, "response": _refused_response(data["response"])}
    if data.get("object") != "response" or data["status"] != "completed":
        return data
    return {**data, "status": "incomplete", "incomplete_details": {"reason": "content_filter"}}


def _refused_content(data: JSON) -> JSON:
    empty = {"content": {"role": "model", "parts": []}, "finishReason": "SAFETY"}
    return {**data, "candidates": [{**candidate, **empty} for candidate in data["candidates"]]}


_REFUSED: Mapping[str, Callable[[JSON], JSON]] = {
    "anthropic": _refused_message,
    "chat": _refused_chat,
    "responses": _refused_response,
    "gemini": _refused_content,
}


def _renamed(dialect: Dialect, events: Iterable[Event]) -> Iterator[Event]:
    """Yield *events*; a response of OpenAI that ends incomplete has an event of its own for that."""
    for kind, data in events:
        if dialect.name == "responses" and kind == "response.completed" and isinstance(data, dict):
            yield "response.incomplete", {**data, "type": "response.incomplete"}
        else:
            yield kind, data


def _error_event(provider: str, dialect: Dialect, model: str) -> Event:
    body = body_of(provider, FAILURES[provider]["overloaded"], model)
    if dialect.name == "responses":
        error = {name: body["error"].get(name) for name in ("code", "message", "param")}
        return "error", {"type": "error", "sequence_number": 1, **error}
    return ("error" if dialect.name == "anthropic" else ""), body
