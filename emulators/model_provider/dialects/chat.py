"""OpenAI Chat Completions, also on Azure OpenAI's paths.

https://platform.openai.com/docs/api-reference/chat, https://platform.openai.com/docs/api-reference/chat-streaming
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
    Refusal,
    RefusedError,
    Strict,
    as_parts,
    new_id,
    question_of,
    texts,
)
from emulators.model_provider.script.turns import JSON, Answer, Question, Tool, pieces

Probability = Annotated[float, Field(ge=0, le=1)]
Penalty = Annotated[float, Field(ge=-2, le=2)]


class Part(Open):
    """One part of a message's content."""

    type: Literal["text", "image_url", "input_audio", "file", "refusal"]


class Message(Open):
    """One message."""

    role: Literal["developer", "system", "user", "assistant", "tool", "function"]
    content: Annotated[list[Part] | None, BeforeValidator(as_parts)] = None


class Function(Open):
    """A function that the model may call."""

    name: Annotated[str, Field(pattern=r"^[a-zA-Z0-9_-]{1,64}$")]
    parameters: JSON | None = None


class OfferedTool(Open):
    """A tool."""

    type: Literal["function", "custom"]
    function: Function | None = None


class StreamOptions(Strict):
    """How a stream is sent."""

    include_usage: bool | None = None
    include_obfuscation: bool | None = None


class Request(Strict):
    """The fields of `POST /v1/chat/completions`."""

    model: str
    messages: Annotated[list[Message], Field(min_length=1)]
    audio: JSON | None = None
    frequency_penalty: Penalty | None = None
    function_call: Any = None
    functions: list[JSON] | None = None
    logit_bias: JSON | None = None
    logprobs: bool | None = None
    max_completion_tokens: int | None = None
    max_tokens: int | None = None
    metadata: JSON | None = None
    modalities: list[Literal["text", "audio"]] | None = None
    n: Annotated[int, Field(ge=1, le=128)] | None = None
    parallel_tool_calls: bool | None = None
    prediction: JSON | None = None
    presence_penalty: Penalty | None = None
    prompt_cache_key: str | None = None
    prompt_cache_retention: str | None = None
    reasoning_effort: Literal["none", "minimal", "low", "medium", "high", "xhigh"] | None = None
    response_format: JSON | None = None
    safety_identifier: str | None = None
    seed: int | None = None
    service_tier: str | None = None
    stop: str | list[str] | None = None
    store: bool | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    tool_choice: Any = None
    tools: list[OfferedTool] | None = None
    top_logprobs: Annotated[int, Field(ge=0, le=20)] | None = None
    top_p: Probability | None = None
    user: str | None = None
    verbosity: Literal["low", "medium", "high"] | None = None
    web_search_options: JSON | None = None


def question(body: JSON) -> Question:
    """Return the question in the checked *body*; raises `RefusedError` for contradictory options."""
    messages = body["messages"]
    functions = [tool["function"] for tool in body.get("tools") or [] if tool.get("function")]
    written = body.get("response_format") or {}
    return question_of(
        body,
        newest=messages[-1:],
        system=[_said(messages, "system", "developer")],
        prompt=_said(messages, "user"),
        tools=(Tool(function["name"], function.get("parameters") or {}) for function in functions),
        results=((texts(m.get("content")), False) for m in messages if m["role"] == "tool"),
        answer_schema=(written.get("json_schema") or {}).get("schema"),
        stream_usage=_usage_wanted(body),
    )


def not_covered(body: JSON) -> Iterator[str]:
    """Yield the names of requested features in the checked *body* that the script does not support."""
    if body.get("tool_choice") not in (None, "auto"):
        yield f"tool_choice {body['tool_choice']!r}"
    if (body.get("n") or 1) > 1:
        yield "n over 1"
    if "audio" in (body.get("modalities") or ()):
        yield "audio"
    if any(tool["type"] == "custom" for tool in body.get("tools") or []):
        yield "custom tools in Chat Completions"
    yield from (name for name in ("functions", "logprobs", "stop", "web_search_options") if body.get(name))


def whole(asked: Question, answer: Answer) -> JSON:
    """Return the `chat.completion` object."""
    message: JSON = {"role": "assistant", "content": answer.text or None, "refusal": None}
    if answer.call:
        message["tool_calls"] = [_call(answer)]
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": _finish(answer)}
    return {**_head(asked, "chat.completion"), "choices": [choice], "usage": _usage(answer)}


def events(asked: Question, answer: Answer) -> Iterator[Event]:
    """Yield the chunks, a chunk with the usage if `include_usage` is set, and `[DONE]`."""
    head = _head(asked, "chat.completion.chunk") | ({"usage": None} if asked.stream_usage else {})
    deltas: list[JSON] = [{"role": "assistant", "content": ""}]
    if answer.text:
        deltas += [{"content": piece} for piece in pieces(answer.text)]
    if answer.call:
        deltas += list(_call_deltas(_call(answer)))
    for delta in deltas:
        yield "", {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
    yield "", {**head, "choices": [{"index": 0, "delta": {}, "finish_reason": _finish(answer)}]}
    if asked.stream_usage:
        yield "", {**head, "choices": [], "usage": _usage(answer)}
    yield "", "[DONE]"


def _said(messages: list[JSON], *roles: str) -> str:
    return "\n".join(texts(message.get("content")) for message in messages if message["role"] in roles)


def _usage_wanted(body: JSON) -> bool:
    """Return whether a stream ends with its usage; raises `RefusedError` for options without a stream."""
    options = body.get("stream_options")
    if options is not None and not body.get("stream"):
        message = "The 'stream_options' parameter is only allowed when 'stream' is enabled."
        raise RefusedError(Refusal(400, message, "stream_options"))
    return options is not None and options.get("include_usage") is True


def _call(answer: Answer) -> JSON:
    call = answer.call
    function = {"name": call.tool.name, "arguments": json.dumps(call.arguments)} if call else {}
    return {"id": new_id("call_"), "type": "function", "function": function}


def _call_deltas(call: JSON) -> Iterator[JSON]:
    function = {**call["function"], "arguments": ""}
    yield {"tool_calls": [{"index": 0, **call, "function": function}]}
    for piece in pieces(call["function"]["arguments"]):
        yield {"tool_calls": [{"index": 0, "function": {"arguments": piece}}]}


def _finish(answer: Answer) -> str:
    return "tool_calls" if answer.call else "stop"


def _head(asked: Question, kind: str) -> JSON:
    return {
        "id": new_id("chatcmpl-"),
        "object": kind,
        "created": int(time.time()),
        "model": asked.model,
        "system_fingerprint": None,
    }


def _usage(answer: Answer) -> JSON:
    usage = answer.usage
    return {
        "prompt_tokens": usage.input,
        "completion_tokens": usage.output,
        "total_tokens": usage.input + usage.output,
        "prompt_tokens_details": {"cached_tokens": usage.cached, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
    }


DIALECT = Dialect("chat", Request, question, whole, events, not_covered, refusal)
