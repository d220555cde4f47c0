"""Answers requests: checks the key, reads the question, and sends the answer whole or as a stream.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from aiohttp import web

from emulators.model_provider.dialects.shape import (
    Dialect,
    Event,
    Refusal,
    RefusedError,
    new_id,
    not_covered,
)
from emulators.model_provider.failing import drop, failed_answer, refused, spoiled
from emulators.model_provider.failures import BROKEN_STREAM, DROPPED, DROPPED_MIDWAY, REFUSED_ANSWER
from emulators.model_provider.models import get_model, list_models
from emulators.model_provider.operations import Operation
from emulators.model_provider.providers import Provider, provider_of, refusal_of
from emulators.model_provider.script.conversations import Step
from emulators.model_provider.script.model import answer, next_step
from emulators.model_provider.script.turns import Question, tokens
from emulators.model_provider.state import State

IN_STREAM = (BROKEN_STREAM, DROPPED_MIDWAY)
KEY_PREFIX = 6  # enough to tell a placeholder from a key
STATE = web.AppKey("state", State)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def check_key(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Pass on a request only if it carries the right key where its provider expects it."""
    if request.path.startswith("/_control/"):
        return await handler(request)
    provider = provider_of(request)
    key = provider.key_of(request)
    if key and request.app[STATE].accepts(key):
        return await handler(request)
    await request.read()
    return _refused(provider, provider.wrong_key if key else provider.missing_key)


async def serve(method: str, path: str, request: web.Request) -> web.StreamResponse:
    """Answer the operation with *method* and *path* of the provider that *request* addresses.

    Raises nothing: each refusal becomes an answer in the provider's format.
    """
    provider = provider_of(request)
    operation = provider.operation(method, path)
    try:
        if operation is None:
            raise RefusedError(Refusal(404, f"Not found: {request.path}"))
        refusal = provider.check(request, operation)
        if refusal is not None:
            raise RefusedError(refusal)
        return await _ANSWERS[operation.action](provider, operation, request)
    except RefusedError as error:
        return _refused(provider, error.refusal)


async def not_found(request: web.Request) -> web.Response:
    """Answer a path that the provider does not have."""
    return _refused(provider_of(request), Refusal(404, f"Not found: {request.path}"))


async def _generate(provider: Provider, operation: Operation, request: web.Request) -> web.StreamResponse:
    dialect = _dialect(operation)
    body = dialect.read(await _body(request))
    if operation.action == "stream":
        body["stream"] = True
    asked = dialect.question(body)
    state = request.app[STATE]
    state.requests.append(_seen(provider, dialect, request, asked))
    failure = state.failures.take() if asked.tools else ""
    if failure and not (failure == REFUSED_ANSWER or (asked.stream and failure in IN_STREAM)):
        return _failed(provider, failure, request, asked)
    step, fixed = next_step(asked, state.conversations)
    if step.hang is not None:
        await asyncio.sleep(step.hang)
    if step.error is not None or step.hang is not None:
        return _failure(provider, step)
    said = answer(asked, step, fixed)
    headers = {provider.request_id: new_id("req_")}
    if not asked.stream:
        whole = dialect.whole(asked, said)
        return web.json_response(refused(dialect, whole) if failure else whole, headers=headers)
    events = dialect.events(asked, said)
    if failure:
        events = spoiled(provider.name, dialect, failure, events, asked.model)
    if operation.action == "stream" and request.query.get("alt") != "sse":
        return web.json_response([data for _, data in events], headers=headers)
    stream = await _stream(request, events, headers)
    if failure == DROPPED_MIDWAY:
        drop(request)
    else:
        await stream.write_eof()
    return stream


async def _count(_: Provider, operation: Operation, request: web.Request) -> web.StreamResponse:
    """Answer with the number of tokens of a request."""
    dialect = _dialect(operation)
    asked = dialect.question(dialect.read(await _body(request), counting=True))
    return web.json_response({dialect.count_field: tokens(asked.size)})


async def _list_models(provider: Provider, _: Operation, __: web.Request) -> web.StreamResponse:
    return web.json_response(list_models(provider.name))


async def _get_model(provider: Provider, _: Operation, request: web.Request) -> web.StreamResponse:
    return web.json_response(get_model(provider.name, request.match_info["model"]))


async def _uncovered(provider: Provider, operation: Operation, _: web.Request) -> web.StreamResponse:
    raise not_covered(f"{operation.name} ({provider.name}: {operation.method} {operation.path})")


_ANSWERS: dict[str, Callable[[Provider, Operation, web.Request], Awaitable[web.StreamResponse]]] = {
    "generate": _generate,
    "stream": _generate,
    "count": _count,
    "list_models": _list_models,
    "get_model": _get_model,
    "none": _uncovered,
}


def _dialect(operation: Operation) -> Dialect:
    """Return the dialect of an operation that has one."""
    assert operation.dialect is not None  # noqa: S101 - a test ensures it
    return operation.dialect


async def _body(request: web.Request) -> dict[str, Any]:
    """Return the JSON object in the body, with the model from the path; raises `RefusedError`."""
    try:
        body = json.loads(await request.read())
    except ValueError:
        raise RefusedError(Refusal(400, "The request body is not valid JSON")) from None
    if not isinstance(body, dict):
        raise RefusedError(Refusal(400, "The request body is not a JSON object"))
    model = request.match_info.get("model")
    return {**body, "model": model} if model else body


def _refused(provider: Provider, refusal: Refusal) -> web.Response:
    return web.json_response(provider.error(refusal), status=refusal.status)


def _failure(provider: Provider, step: Step) -> web.Response:
    answered = _refused(provider, refusal_of(step.error or 504))
    if answered.status == 429:
        answered.headers["retry-after"] = "1"
    return answered


def _failed(provider: Provider, failure: str, request: web.Request, asked: Question) -> web.Response:
    """Answer with *failure*, or close the connection if that is the failure; raises `RefusedError`."""
    if failure in (DROPPED, DROPPED_MIDWAY):
        drop(request)
        return web.Response(status=500)  # which nobody gets
    return failed_answer(provider.name, failure, asked.model)


async def _stream(
    request: web.Request, events: Iterable[Event], headers: dict[str, str]
) -> web.StreamResponse:
    """Send the *events*; the stream is not ended."""
    kind = {"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-cache"}
    stream = web.StreamResponse(headers={**headers, **kind})
    await stream.prepare(request)
    for event in events:
        await stream.write(_line(event))
    return stream


def _line(event: Event) -> bytes:
    name, data = event
    text = data if isinstance(data, str) else json.dumps(data, separators=(",", ":"))
    return (f"event: {name}\n" if name else "").encode() + f"data: {text}\n\n".encode()


def _seen(provider: Provider, dialect: Dialect, request: web.Request, asked: Question) -> dict[str, Any]:
    return {
        "dialect": dialect.name,
        "path": request.path,
        "model": asked.model,
        "stream": asked.stream,
        "tools": [tool.name for tool in asked.tools],
        "results": len(asked.results),
        "keyPrefix": provider.key_of(request)[:KEY_PREFIX],
        "prompt": asked.prompt,
        "context": asked.context,
    }
