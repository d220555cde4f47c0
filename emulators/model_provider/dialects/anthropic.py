"""Anthropic Messages.

https://docs.claude.com/en/api/messages, https://docs.claude.com/en/docs/build-with-claude/streaming
"""

import json
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


def question(body: JSON) -> Question:
    """Return what the request asks; raises `BadRequestError`."""
    messages = objects(require(body, "messages", list), "messages")
    blocks = [block for m in messages if isinstance(m.get("content"), list) for block in m["content"]]
    results = [block for block in objects(blocks, "messages.content") if block.get("type") == "tool_result"]
    prompt = "\n".join(texts(message.get("content")) for message in messages if message.get("role") == "user")
    output = body.get("output_config") or {}
    schema = (output.get("format") or body.get("output_format") or {}).get("schema")
    return Question(
        model=require(body, "model", str),
        stream=bool(body.get("stream")),
        tools=tuple(_tool(tool) for tool in objects(body.get("tools") or [], "tools") if tool.get("name")),
        prompt=prompt,
        context=f"{texts(body.get('system'))}\n{prompt}",
        results=results_of(
            (texts(result.get("content")), bool(result.get("is_error"))) for result in results
        ),
        size=size_of(body),
        fresh=size_of(messages[-1:]),
        answer_schema=schema,
    )


def whole(asked: Question, answer: Answer) -> JSON:
    """Return the message object."""
    return {**_message(asked, answer), "content": _blocks(answer), "stop_reason": _stop_reason(answer)}


def events(asked: Question, answer: Answer) -> Iterator[Event]:
    """Yield the named events of a streamed message."""
    start = _message(asked, answer)
    start["usage"] = {**start["usage"], "output_tokens": 1}
    yield _event("message_start", message={**start, "content": []})
    yield _event("ping")
    for index, block in enumerate(_blocks(answer)):
        yield from _block_events(index, block)
    delta = {"stop_reason": _stop_reason(answer), "stop_sequence": None}
    yield _event("message_delta", delta=delta, usage=_usage(answer))
    yield _event("message_stop")


def _tool(tool: JSON) -> Tool:
    return Tool(tool["name"], tool.get("input_schema") or {})


def _message(asked: Question, answer: Answer) -> JSON:
    return {
        "id": new_id("msg_"),
        "type": "message",
        "role": "assistant",
        "model": asked.model,
        "stop_reason": None,
        "stop_sequence": None,
        "usage": _usage(answer),
    }


def _usage(answer: Answer) -> JSON:
    return {
        "input_tokens": answer.usage.fresh,
        "cache_creation_input_tokens": answer.usage.cache_write,
        "cache_read_input_tokens": answer.usage.cached,
        "output_tokens": answer.usage.output,
    }


def _stop_reason(answer: Answer) -> str:
    return "tool_use" if answer.call else "end_turn"


def _blocks(answer: Answer) -> list[JSON]:
    blocks: list[JSON] = [{"type": "text", "text": answer.text}] if answer.text else []
    if answer.call:
        call = {"id": new_id("toolu_"), "name": answer.call.tool.name, "input": answer.call.arguments}
        blocks.append({"type": "tool_use", **call})
    return blocks


def _block_events(index: int, block: JSON) -> Iterator[Event]:
    if block["type"] == "text":
        yield _event("content_block_start", index=index, content_block={**block, "text": ""})
        deltas: list[JSON] = [{"type": "text_delta", "text": piece} for piece in pieces(block["text"])]
    else:
        yield _event("content_block_start", index=index, content_block={**block, "input": {}})
        parts = ["", *pieces(json.dumps(block["input"]))]
        deltas = [{"type": "input_json_delta", "partial_json": part} for part in parts]
    for delta in deltas:
        yield _event("content_block_delta", index=index, delta=delta)
    yield _event("content_block_stop", index=index)


def _event(kind: str, **data: object) -> Event:
    return kind, {"type": kind, **data}
