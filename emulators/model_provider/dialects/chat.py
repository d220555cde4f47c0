"""OpenAI Chat Completions, also on Azure OpenAI's paths.

https://platform.openai.com/docs/api-reference/chat, https://platform.openai.com/docs/api-reference/chat-streaming
"""

import json
import time
from collections.abc import Iterator

from emulators.model_provider.dialects.shape import (
    BadRequestError,
    Event,
    new_id,
    objects,
    require,
    results_of,
    size_of,
    texts,
)
from emulators.model_provider.turns import JSON, Answer, Question, Tool, pieces


def question(body: JSON) -> Question:
    """Return what the request asks; raises `BadRequestError`."""
    messages = objects(require(body, "messages", list), "messages")
    said = {
        role: "\n".join(texts(m.get("content")) for m in messages if m.get("role") in role) for role in _ROLES
    }
    tools = [tool.get("function") or {} for tool in objects(body.get("tools") or [], "tools")]
    schema = ((body.get("response_format") or {}).get("json_schema") or {}).get("schema")
    return Question(
        model=require(body, "model", str),
        stream=bool(body.get("stream")),
        tools=tuple(Tool(tool["name"], tool.get("parameters") or {}) for tool in tools if tool.get("name")),
        prompt=said[_USER],
        context=f"{said[_SYSTEM]}\n{said[_USER]}",
        results=results_of((texts(m.get("content")), False) for m in messages if m.get("role") == "tool"),
        size=size_of(body),
        fresh=size_of(messages[-1:]),
        answer_schema=schema,
        stream_usage=_usage_wanted(body),
    )


def whole(asked: Question, answer: Answer) -> JSON:
    """Return the `chat.completion` object."""
    message: JSON = {"role": "assistant", "content": answer.text or None, "refusal": None}
    if answer.call:
        message["tool_calls"] = [_call(answer)]
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": _finish(answer)}
    return {**_head(asked, "chat.completion"), "choices": [choice], "usage": _usage(answer)}


def events(asked: Question, answer: Answer) -> Iterator[Event]:
    """Yield the chunks, one more with the usage where `include_usage` asks for it, and `[DONE]`."""
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


_SYSTEM, _USER = ("system", "developer"), ("user",)
_ROLES = (_SYSTEM, _USER)


def _usage_wanted(body: JSON) -> bool:
    """Return whether a stream ends with its usage; raises `BadRequestError` for options that do not fit."""
    options = body.get("stream_options")
    if options is None:
        return False
    if not isinstance(options, dict):
        raise BadRequestError("Invalid type for 'stream_options': expected an object.")
    if not body.get("stream"):
        raise BadRequestError("The 'stream_options' parameter is only allowed when 'stream' is enabled.")
    return options.get("include_usage") is True


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
