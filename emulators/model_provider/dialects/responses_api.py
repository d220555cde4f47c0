"""OpenAI Responses, also on Azure OpenAI's paths.

https://platform.openai.com/docs/api-reference/responses,
https://platform.openai.com/docs/api-reference/responses-streaming
"""

import json
import time
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from emulators.model_provider.dialects.openai_errors import refusal
from emulators.model_provider.dialects.shape import (
    Dialect,
    Event,
    Open,
    Strict,
    new_id,
    one_of,
    question_of,
    texts,
)
from emulators.model_provider.script.turns import JSON, Answer, Question, Tool, pieces

_RESULTS = ("function_call_output", "custom_tool_call_output", "local_shell_call_output", "shell_call_output")
ITEMS = """
    message reasoning item_reference compaction additional_tools tool_search_call tool_search_output
    function_call function_call_output custom_tool_call custom_tool_call_output
    local_shell_call local_shell_call_output shell_call shell_call_output
    apply_patch_call apply_patch_call_output computer_call computer_call_output
    file_search_call web_search_call image_generation_call code_interpreter_call
    mcp_list_tools mcp_approval_request mcp_approval_response mcp_call
"""


def _as_items(given: Any) -> Any:
    return [{"role": "user", "content": given}] if isinstance(given, str) else given


class Item(Open):
    """One item of the input; without a type it is a message."""

    type: Annotated[str, one_of(ITEMS)] = "message"
    role: Literal["user", "assistant", "system", "developer"] | None = None


class OfferedTool(Open):
    """A tool: a function, a custom tool, a namespace of these, or a built-in tool of the provider."""

    type: str
    name: str | None = None


class Request(Strict):
    """The fields of `POST /v1/responses`; `client_metadata` is undocumented, and agents send it."""

    model: str
    input: Annotated[list[Item], BeforeValidator(_as_items)]
    background: bool | None = None
    client_metadata: JSON | None = None
    context_management: Any = None
    conversation: Any = None
    include: list[str] | None = None
    instructions: str | None = None
    max_output_tokens: Annotated[int, Field(ge=16)] | None = None
    max_tool_calls: int | None = None
    metadata: JSON | None = None
    parallel_tool_calls: bool | None = None
    previous_response_id: str | None = None
    prompt: JSON | None = None
    prompt_cache_key: str | None = None
    prompt_cache_retention: str | None = None
    reasoning: JSON | None = None
    safety_identifier: str | None = None
    service_tier: str | None = None
    store: bool | None = None
    stream: bool | None = None
    stream_options: JSON | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    text: JSON | None = None
    tool_choice: Any = None
    tools: list[OfferedTool] | None = None
    top_logprobs: Annotated[int, Field(ge=0, le=20)] | None = None
    top_p: Annotated[float, Field(ge=0, le=1)] | None = None
    truncation: Literal["auto", "disabled"] | None = None
    user: str | None = None


def question(body: JSON) -> Question:
    """Return the question in the checked request *body*."""
    items = body["input"]
    written = (body.get("text") or {}).get("format") or {}
    results = (item for item in items if item.get("type") in _RESULTS)
    return question_of(
        body,
        newest=items[-1:],
        system=[texts(body.get("instructions")), *_said(items, "system", "developer")],
        prompt="\n".join(_said(items, "user")),
        tools=_tools(_offered(body, items)),
        results=((texts(item.get("output")), False) for item in results),
        answer_schema=written.get("schema"),
    )


def not_covered(body: JSON) -> Iterator[str]:
    """Yield the names of requested features in the checked *body* that the script does not support."""
    if body.get("tool_choice") not in (None, "auto"):
        yield f"tool_choice {body['tool_choice']!r}"
    if any(item.get("type") == "item_reference" for item in body["input"]):
        yield "references to stored items"
    stored = ("background", "conversation", "previous_response_id", "prompt")
    yield from (name for name in stored if body.get(name))


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


def _said(items: list[JSON], *roles: str) -> list[str]:
    return [texts(item.get("content")) for item in items if item.get("role") in roles]


def _offered(body: JSON, items: list[JSON]) -> list[JSON]:
    """Return the tools of the request, including those that its input adds."""
    added = [
        tool for item in items if item.get("type") == "additional_tools" for tool in item.get("tools") or []
    ]
    return [*(body.get("tools") or []), *added]


def _tools(tools: list[JSON], namespace: str = "") -> Iterator[Tool]:
    for tool in tools:
        if tool.get("type") == "namespace":
            yield from _tools(tool.get("tools") or [], str(tool.get("name", "")))
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
    assert call is not None  # noqa: S101 - the caller has checked it
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


DIALECT = Dialect("responses", Request, question, whole, events, not_covered, refusal)
