"""Gemini: generateContent and streamGenerateContent.

https://ai.google.dev/api/generate-content, https://ai.google.dev/gemini-api/docs/function-calling,
https://ai.google.dev/gemini-api/docs/troubleshooting; errors as in https://google.aip.dev/193.
"""

import json
from collections.abc import Iterator
from typing import Any

from pydantic.alias_generators import to_snake
from pydantic_core import ErrorDetails

from emulators.model_provider.dialects.gemini_request import Counted, Request
from emulators.model_provider.dialects.shape import (
    Dialect,
    Event,
    Refusal,
    RefusedError,
    new_id,
    question_of,
    texts,
)
from emulators.model_provider.script.turns import JSON, Answer, Question, Tool, pieces

STATUSES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}
NO_CONTENTS = "* GenerateContentRequest.contents: contents is not specified\n"


def question(body: JSON) -> Question:
    """Return the question in the checked request *body*; `model` and `stream` come from the path.

    Raises `RefusedError` when there are no contents.
    """
    body = {**body, **(body.get("generateContentRequest") or {}), "model": body["model"]}
    contents = body.get("contents")
    if not contents:
        raise RefusedError(Refusal(400, NO_CONTENTS))
    parts = [(c.get("role") or "user", part) for c in contents for part in c.get("parts") or []]
    results = [part["functionResponse"] for _, part in parts if "functionResponse" in part]
    config = body.get("generationConfig") or {}
    schema = config.get("responseJsonSchema") or config.get("responseSchema")
    if schema is None and config.get("responseMimeType") == "application/json":
        schema = {"type": "object"}
    return question_of(
        body,
        newest=contents[-1:],
        system=[texts((body.get("systemInstruction") or {}).get("parts"))],
        prompt="\n".join(texts(part) for role, part in parts if role in ("user", "function")),
        tools=_tools(body.get("tools") or []),
        results=(_result(result.get("response")) for result in results),
        answer_schema=lowered(schema),
    )


def not_covered(body: JSON) -> Iterator[str]:
    """Yield the names of requested features in the checked *body* that the script does not support."""
    config = body.get("generationConfig") or {}
    calling = (body.get("toolConfig") or {}).get("functionCallingConfig") or {}
    if calling.get("mode", "AUTO") != "AUTO":
        yield f"functionCallingConfig.mode {calling['mode']!r}"
    if (config.get("candidateCount") or 1) > 1:
        yield "candidateCount over 1"
    if set(config.get("responseModalities") or ()) - {"TEXT"}:
        yield "responseModalities other than TEXT"
    if body.get("cachedContent"):
        yield "cachedContent"
    yield from (name for name in ("responseLogprobs", "stopSequences") if config.get(name))


def refusal(errors: list[ErrorDetails]) -> Refusal:
    """Return the refusal for all errors, in the words of the API's JSON reader."""
    found = [_violation(error) for error in errors]
    details = {"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": found}
    return Refusal(400, "\n".join(one["description"] for one in found), details=(details,))


def _violation(error: ErrorDetails) -> dict[str, str]:
    *place, name = error["loc"]
    where = _path(place)
    if error["type"] == "extra_forbidden":
        at = f" at '{where}'" if where else ""
        text = f'Invalid JSON payload received. Unknown name "{name}"{at}: Cannot find field.'
        return {**({"field": where} if where else {}), "description": text}
    whole = _path(error["loc"])
    if error["type"] in ("missing", "too_short"):
        return {
            "field": whole,
            "description": f"* GenerateContentRequest.{whole}: {whole} is not specified\n",
        }
    return {"field": whole, "description": f"Invalid value at '{whole}': {error['msg']}"}


def _path(parts: tuple[str | int, ...] | list[str | int]) -> str:
    """Return the path of a value as the API writes it, such as `contents[0].parts`."""
    words = (f"[{part}]" if isinstance(part, int) else f".{to_snake(part)}" for part in parts)
    return "".join(words).lstrip(".")


def error(refused: Refusal) -> JSON:
    """Return the body of a refused request: a `google.rpc.Status`."""
    status = STATUSES.get(refused.status, "INTERNAL")
    details = {"details": list(refused.details)} if refused.details else {}
    return {"error": {"code": refused.status, "message": refused.message, "status": status, **details}}


def whole(asked: Question, answer: Answer) -> JSON:
    """Return the `GenerateContentResponse`."""
    parts: list[JSON] = [{"text": answer.text}] if answer.text else []
    return _response(asked, answer, [*parts, *_calls(answer)], last=True)


def events(asked: Question, answer: Answer) -> Iterator[Event]:
    """Yield the responses of a stream; the last one has the finish reason."""
    parts: list[JSON] = [{"text": piece} for piece in pieces(answer.text)] if answer.text else []
    parts += _calls(answer)
    for number, part in enumerate(parts, 1):
        yield "", _response(asked, answer, [part], last=number == len(parts))


def lowered(schema: Any) -> Any:
    """Return *schema* with its `type` values in lower case: Gemini's schemas use `STRING`."""
    if isinstance(schema, list):
        return [lowered(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {key: lowered(value) for key, value in schema.items()}
    if isinstance(plain.get("type"), str):
        plain["type"] = plain["type"].lower()
    return plain


def _tools(tools: list[JSON]) -> Iterator[Tool]:
    for tool in tools:
        for declared in tool.get("functionDeclarations") or []:
            schema = declared.get("parametersJsonSchema") or lowered(declared.get("parameters") or {})
            yield Tool(str(declared.get("name")), schema)


def _result(response: Any) -> tuple[str, bool]:
    if not isinstance(response, dict):
        return json.dumps(response), False
    output = response.get("output", response.get("error", response))
    return output if isinstance(output, str) else json.dumps(output), "error" in response


def _calls(answer: Answer) -> list[JSON]:
    if answer.call is None:
        return []
    call = {"id": new_id(""), "name": answer.call.tool.name, "args": answer.call.arguments}
    return [{"functionCall": call}]


def _response(asked: Question, answer: Answer, parts: list[JSON], *, last: bool) -> JSON:
    usage = answer.usage
    candidate: JSON = {"content": {"role": "model", "parts": parts}, "index": 0}
    if last:
        candidate["finishReason"] = "STOP"
    counted = {
        "promptTokenCount": usage.input,
        "cachedContentTokenCount": usage.cached,
        "candidatesTokenCount": usage.output,
        "totalTokenCount": usage.input + usage.output,
    }
    head = {"modelVersion": asked.model, "responseId": new_id("")}
    return {"candidates": [candidate], "usageMetadata": counted, **head}


DIALECT = Dialect(
    "gemini", Request, question, whole, events, not_covered, refusal, Counted, count_field="totalTokens"
)
