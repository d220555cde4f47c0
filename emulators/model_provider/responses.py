"""The wire: keys are checked, a request becomes a question, the answer goes out whole or as a stream."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from emulators.model_provider.conversations import ConversationError, Step, conversation_of
from emulators.model_provider.dialects import Dialect
from emulators.model_provider.dialects.shape import BadRequestError, Event, new_id, objects
from emulators.model_provider.errors import error_body, provider_of, refused_key
from emulators.model_provider.script import answer, next_step
from emulators.model_provider.state import State
from emulators.model_provider.turns import Answer, Question, tokens

KEY_PREFIX = 6  # enough to tell a placeholder from a key
STATE = web.AppKey("state", State)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def check_key(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let a request pass that carries the right key in its provider's own header."""
    if request.path.startswith("/_control/"):
        return await handler(request)
    key = _key_of(request)
    if key and request.app[STATE].accepts(key):
        return await handler(request)
    await request.read()
    status, body = refused_key(_provider(request), present=bool(key))
    return web.json_response(body, status=status)


async def answer_in(dialect: Dialect, request: web.Request) -> web.StreamResponse:
    """Answer a model call in *dialect*."""
    provider = _provider(request)
    try:
        asked = dialect.question(await _body(request))
    except BadRequestError as error:
        return web.json_response(error_body(provider, 400, str(error)), status=400)
    state = request.app[STATE]
    state.requests.append(_seen(dialect, request, asked))
    step, fixed = next_step(asked, state.conversations)
    if step.hang is not None:
        await asyncio.sleep(step.hang)
    if step.error is not None or step.hang is not None:
        return _failure(provider, step)
    said = answer(asked, step, fixed)
    headers = {"request-id" if provider == "anthropic" else "x-request-id": new_id("req_")}
    if not asked.stream:
        return web.json_response(dialect.whole(asked, said), headers=headers)
    return await _stream(dialect, request, asked, said, headers)


async def count_tokens(dialect: Dialect, request: web.Request) -> web.Response:
    """Answer how many tokens a request would have: Anthropic's and Gemini's counting calls."""
    try:
        body = await _body(request)
        asked = dialect.question(_counted(body) if dialect.name == "gemini" else body)
    except BadRequestError as error:
        return web.json_response(error_body(_provider(request), 400, str(error)), status=400)
    name = "totalTokens" if dialect.name == "gemini" else "input_tokens"
    return web.json_response({name: tokens(asked.size)})


async def not_found(request: web.Request) -> web.Response:
    """Answer a path that the provider does not have."""
    body = error_body(_provider(request), 404, f"Not found: {request.path}")
    return web.json_response(body, status=404)


async def add_conversation(request: web.Request) -> web.Response:
    """Control: add the conversation in the body, before all others."""
    try:
        body = await request.json()
        conversation = conversation_of(str(body.get("name") or new_id("added-")), body)
    except (ConversationError, ValueError, AttributeError) as error:
        return web.json_response({"error": str(error)}, status=400)
    request.app[STATE].add(conversation)
    return web.json_response({"name": conversation.name, "steps": len(conversation.steps)}, status=201)


async def list_conversations(request: web.Request) -> web.Response:
    """Control: list the conversations in the order in which they are tried."""
    known = [{"name": c.name, "match": c.match} for c in request.app[STATE].conversations]
    return web.json_response({"conversations": known})


async def list_requests(request: web.Request) -> web.Response:
    """Control: list the newest model calls, the oldest first; `DELETE` forgets them."""
    if request.method == "DELETE":
        request.app[STATE].requests.clear()
    return web.json_response({"requests": list(request.app[STATE].requests)})


def _counted(body: dict[str, Any]) -> dict[str, Any]:
    """Return the request that Gemini counts: the body, or the one in it; raises `BadRequestError`."""
    (inner,) = objects([body.get("generateContentRequest") or body], "generateContentRequest")
    return {"model": body["model"], **inner}


def _provider(request: web.Request) -> str:
    return provider_of(request.path, anthropic="anthropic-version" in request.headers)


def _key_of(request: web.Request) -> str:
    """Return the key that the request carries where its provider looks for it, or ""."""
    header = {"anthropic": "x-api-key", "azure": "api-key", "gemini": "x-goog-api-key"}
    provider = _provider(request)
    given = request.headers.get(header[provider], "") if provider in header else ""
    if provider == "gemini":
        return given or request.query.get("key", "")
    return given or request.headers.get("Authorization", "").removeprefix("Bearer ")


async def _body(request: web.Request) -> dict[str, Any]:
    """Return the JSON object sent, with what a path says about the model put in; raises `BadRequestError`."""
    try:
        body = json.loads(await request.read())
    except ValueError as error:
        raise BadRequestError("The request body is not valid JSON") from error
    if not isinstance(body, dict):
        raise BadRequestError("The request body is not a JSON object")
    model = request.match_info.get("model")
    if model:
        body["model"] = model
    if request.match_info.get("method", "").startswith("stream"):
        body["stream"] = True
    return body


def _failure(provider: str, step: Step) -> web.Response:
    status = step.error or 504
    headers = {"retry-after": "1"} if status == 429 else {}
    return web.json_response(error_body(provider, status), status=status, headers=headers)


async def _stream(
    dialect: Dialect, request: web.Request, asked: Question, said: Answer, headers: dict[str, str]
) -> web.StreamResponse:
    if dialect.name == "gemini" and request.query.get("alt") != "sse":
        parts = [data for _, data in dialect.events(asked, said)]
        return web.json_response(parts, headers=headers)
    kind = {"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-cache"}
    stream = web.StreamResponse(headers={**headers, **kind})
    await stream.prepare(request)
    for event in dialect.events(asked, said):
        await stream.write(_line(event))
    await stream.write_eof()
    return stream


def _line(event: Event) -> bytes:
    name, data = event
    text = data if isinstance(data, str) else json.dumps(data, separators=(",", ":"))
    return (f"event: {name}\n" if name else "").encode() + f"data: {text}\n\n".encode()


def _seen(dialect: Dialect, request: web.Request, asked: Question) -> dict[str, Any]:
    return {
        "dialect": dialect.name,
        "path": request.path,
        "model": asked.model,
        "stream": asked.stream,
        "tools": [tool.name for tool in asked.tools],
        "results": len(asked.results),
        "keyPrefix": _key_of(request)[:KEY_PREFIX],
        "prompt": asked.prompt,
        "context": asked.context,
    }
