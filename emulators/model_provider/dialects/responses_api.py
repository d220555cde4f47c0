"""OpenAI Responses, also on Azure OpenAI's paths.

https://platform.openai.com/docs/api-reference/responses,
https://platform.openai.com/docs/api-reference/responses-streaming
"""

import json
import time
from collections.abc import Iterator

from emulators.model_provider.dialects.shape import (
    Event,
    new_id,
    objects,
    require,
    results_of,
    size_of,
    texts,
)
from emulators.model_provider.turns import JSON, Answer, Question, Tool, pieces

_RESULTS = ("function_call_output", "custom_tool_call_output", "local_shell_call_output", "shell_call_output")


def question(body: JSON) -> Question:
    """Return what the request asks; raises `BadRequestError`."""
    given = require(body, "input", (list, str))
    items = [{"role": "user", "content": given}] if isinstance(given, str) else objects(given, "input")
    prompt = "\n".join(texts(item.get("content")) for item in items if item.get("role") == "user")
    system = [texts(item.get("content")) for item in items if item.get("role") in ("system", "developer")]
    written = (body.get("text") or {}).get("format") or {}
    return Question(
        model=require(body, "model", str),
        stream=bool(body.get("stream")),
        tools=tuple(_tools(_offered(body, items))),
        prompt=prompt,
        context="\n".join([texts(body.get("instructions") or ""), *system, prompt]),
        results=results_of(
            (texts(item.get("output")), False) for item in items if item.get("type") in _RESULTS
        ),
        size=size_of(body),
        fresh=size_of(items[-1:]),
        answer_schema=written.get("schema"),
    )


def whole(asked: Question, answer: Answer) -> JSON:
    """Return the completed `response` object."""
    return _completed(_response(asked), _items(answer), answer)


def events(asked: Question, answer: Answer) -> Iterator[Event]:
    """Yield the numbered events of a streamed response."""
    for number, (kind, data) in enumerate(_unnumbered(asked, answer)):
        yield kind, {"type": kind, "sequence_number": number, **data}


def _unnumbered(asked: Question, answer: Answer) -> Iterator[tuple[str, JSON]]:
    response, items = _response(asked), _items(answer)
    yield "response.created", {"response": response}
    yield "response.in_progress", {"response": response}
    for index, item in enumerate(items):
        yield from _item_events(index, item)
    yield "response.completed", {"response": _completed(response, items, answer)}


def _offered(body: JSON, items: list[JSON]) -> list[JSON]:
    """Return the tools of the request, and those that its input adds."""
    added = [
        tool for item in items if item.get("type") == "additional_tools" for tool in item.get("tools") or []
    ]
    return objects([*(body.get("tools") or []), *added], "tools")


def _tools(tools: list[JSON], namespace: str = "") -> Iterator[Tool]:
    for tool in tools:
        if tool.get("type") == "namespace":
            yield from _tools(objects(tool.get("tools") or [], "tools"), str(tool.get("name", "")))
        elif tool.get("name"):
            freeform = tool.get("type") == "custom"
            yield Tool(tool["name"], tool.get("parameters") or {}, freeform, namespace)


def _response(asked: Question) -> JSON:
    return {
        "id": new_id("resp_"),
        "object": "response",
        "created_at": int(time.time()),
        "status": "in_progress",
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "model": asked.model,
        "output": [],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": None,
    }


def _completed(response: JSON, items: list[JSON], answer: Answer) -> JSON:
    usage = answer.usage
    counted = {
        "input_tokens": usage.input,
        "input_tokens_details": {"cached_tokens": usage.cached},
        "output_tokens": usage.output,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": usage.input + usage.output,
    }
    return {**response, "status": "completed", "output": items, "usage": counted}


def _items(answer: Answer) -> list[JSON]:
    items: list[JSON] = []
    if answer.text:
        part = {"type": "output_text", "text": answer.text, "annotations": []}
        message = {"type": "message", "id": new_id("msg_"), "role": "assistant", "status": "completed"}
        items.append({**message, "content": [part]})
    if answer.call:
        items.append(_call(answer))
    return items


def _call(answer: Answer) -> JSON:
    call = answer.call
    assert call is not None  # noqa: S101 - the caller has looked
    common = {"call_id": new_id("call_"), "name": call.tool.name, "status": "completed"}
    if call.tool.namespace:
        common["namespace"] = call.tool.namespace
    if call.tool.freeform:
        return {"type": "custom_tool_call", "id": new_id("ctc_"), **common, "input": call.arguments}
    return {"type": "function_call", "id": new_id("fc_"), **common, "arguments": json.dumps(call.arguments)}


def _item_events(index: int, item: JSON) -> Iterator[tuple[str, JSON]]:
    kind = item["type"]
    place = {"item_id": item["id"], "output_index": index}
    if kind == "message":
        yield "response.output_item.added", {"output_index": index, "item": _open(item, "content", [])}
        yield from _text_events(place, item["content"][0])
    else:
        field, name = _ARGUMENTS[kind]
        yield "response.output_item.added", {"output_index": index, "item": _open(item, field, "")}
        for piece in pieces(item[field]):
            yield f"response.{name}.delta", {**place, "delta": piece}
        yield f"response.{name}.done", {**place, field: item[field]}
    yield "response.output_item.done", {"output_index": index, "item": item}


_ARGUMENTS = {
    "function_call": ("arguments", "function_call_arguments"),
    "custom_tool_call": ("input", "custom_tool_call_input"),
}


def _text_events(place: JSON, part: JSON) -> Iterator[tuple[str, JSON]]:
    place = {**place, "content_index": 0}
    yield "response.content_part.added", {**place, "part": {**part, "text": ""}}
    for piece in pieces(part["text"]):
        yield "response.output_text.delta", {**place, "delta": piece, "logprobs": []}
    yield "response.output_text.done", {**place, "text": part["text"], "logprobs": []}
    yield "response.content_part.done", {**place, "part": part}


def _open(item: JSON, field: str, empty: object) -> JSON:
    return {**item, "status": "in_progress", field: empty}
