"""Anthropic Messages.

https://docs.claude.com/en/api/messages, https://docs.claude.com/en/docs/build-with-claude/streaming,
https://docs.claude.com/en/api/errors
"""

import json
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import ErrorDetails

from emulators.model_provider.dialects.shape import (
    Dialect,
    Event,
    Open,
    Refusal,
    Strict,
    as_parts,
    new_id,
    one_of,
    question_of,
    texts,
)
from emulators.model_provider.script.turns import JSON, Answer, Question, Tool, pieces

ERROR_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    504: "timeout_error",
    529: "overloaded_error",
}
BLOCKS = """
    text image document search_result thinking redacted_thinking tool_use tool_result tool_reference
    server_tool_use web_search_tool_result web_fetch_tool_result code_execution_tool_result
    bash_code_execution_tool_result text_editor_code_execution_tool_result tool_search_tool_result
    mcp_tool_use mcp_tool_result container_upload compaction
"""


class ContentBlock(Open):
    """One block of a message's content."""

    type: Annotated[str, one_of(BLOCKS)]


class Message(Strict):
    """One message; `system` and `output_config` are betas."""

    role: Literal["user", "assistant", "system"]
    content: Annotated[list[ContentBlock], BeforeValidator(as_parts)]
    output_config: JSON | None = None


class ToolChoice(Open):
    """Whether the model must use tools, and which ones."""

    type: Literal["auto", "any", "tool", "none"]


class OfferedTool(Open):
    """A tool of the client, or a server tool if it has its own `type`."""

    name: Annotated[str, Field(pattern=r"^[a-zA-Z0-9_-]{1,128}$")]
    input_schema: JSON | None = None


class Counted(Strict):
    """The fields of `POST /v1/messages/count_tokens`."""

    model: str
    messages: Annotated[list[Message], Field(min_length=1)]
    system: str | list[JSON] | None = None
    tools: list[OfferedTool] | None = None
    tool_choice: ToolChoice | None = None
    thinking: JSON | None = None
    cache_control: JSON | None = None
    context_management: JSON | None = None
    mcp_servers: list[JSON] | None = None
    output_config: JSON | None = None
    output_format: JSON | None = None
    speed: str | None = None


class Request(Counted):
    """The fields of `POST /v1/messages`."""

    max_tokens: Annotated[int, Field(ge=1)]
    stream: bool | None = None
    temperature: Annotated[float, Field(ge=0, le=1)] | None = None
    top_p: Annotated[float, Field(ge=0, le=1)] | None = None
    top_k: Annotated[int, Field(ge=0)] | None = None
    stop_sequences: list[str] | None = None
    metadata: JSON | None = None
    service_tier: Literal["auto", "standard_only"] | None = None
    container: Any = None
    inference_geo: str | None = None


def question(body: JSON) -> Question:
    """Return the question in the checked request *body*."""
    messages = body["messages"]
    blocks = [block for message in messages for block in message["content"]]
    results = [block for block in blocks if block["type"] == "tool_result"]
    prompt = "\n".join(texts(message["content"]) for message in messages if message["role"] == "user")
    output = body.get("output_config") or {}
    return question_of(
        body,
        newest=messages[-1:],
        system=[texts(body.get("system"))],
        prompt=prompt,
        tools=(Tool(tool["name"], tool.get("input_schema") or {}) for tool in body.get("tools") or []),
        results=((texts(result.get("content")), bool(result.get("is_error"))) for result in results),
        answer_schema=(output.get("format") or body.get("output_format") or {}).get("schema"),
    )


def not_covered(body: JSON) -> Iterator[str]:
    """Yield the names of requested features in the checked *body* that the script does not support."""
    choice = (body.get("tool_choice") or {}).get("type", "auto")
    if choice != "auto":
        yield f"tool_choice.type {choice!r}"
    yield from (name for name in ("container", "mcp_servers", "stop_sequences") if body.get(name))


def refusal(errors: list[ErrorDetails]) -> Refusal:
    """Return the refusal for the first error; the API uses pydantic's messages, too."""
    first = errors[0]
    message = first["msg"]
    if first["type"] in ("model_type", "dict_type"):
        message = "Input should be a valid dictionary"
    return Refusal(400, f"{'.'.join(str(part) for part in first['loc'])}: {message}")


def error(refused: Refusal) -> JSON:
    """Return the JSON of a refusal."""
    kind = ERROR_TYPES.get(refused.status, "api_error")
    return {
        "type": "error",
        "error": {"type": kind, "message": refused.message},
        "request_id": new_id("req_"),
    }


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


DIALECT = Dialect(
    "anthropic", Request, question, whole, events, not_covered, refusal, Counted, count_field="input_tokens"
)
