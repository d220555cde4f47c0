"""Gemini: generateContent and streamGenerateContent.

https://ai.google.dev/api/generate-content, https://ai.google.dev/gemini-api/docs/function-calling
"""

import json
from collections.abc import Iterator
from typing import Any

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
    """Return what the request asks; `model` and `stream` were put into *body* from the path.

    Raises `BadRequestError`.
    """
    contents = objects(require(body, "contents", list), "contents")
    parts = [
        (c.get("role", "user"), part) for c in contents for part in objects(c.get("parts") or [], "parts")
    ]
    prompt = "\n".join(texts(part) for role, part in parts if role == "user")
    results = [part["functionResponse"] for _, part in parts if "functionResponse" in part]
    config = body.get("generationConfig") or {}
    schema = config.get("responseJsonSchema") or config.get("responseSchema")
    if schema is None and config.get("responseMimeType") == "application/json":
        schema = {"type": "object"}
    return Question(
        model=require(body, "model", str),
        stream=bool(body.get("stream")),
        tools=tuple(_tools(objects(body.get("tools") or [], "tools"))),
        prompt=prompt,
        context=f"{texts((body.get('systemInstruction') or {}).get('parts'))}\n{prompt}",
        results=results_of(_result(result.get("response")) for result in results),
        size=size_of(body),
        fresh=size_of(contents[-1:]),
        answer_schema=lowered(schema),
    )


def whole(asked: Question, answer: Answer) -> JSON:
    """Return the `GenerateContentResponse`."""
    parts: list[JSON] = [{"text": answer.text}] if answer.text else []
    return _response(asked, answer, [*parts, *_calls(answer)], last=True)


def events(asked: Question, answer: Answer) -> Iterator[Event]:
    """Yield the responses of a stream; the last one has the reason of the end."""
    parts: list[JSON] = [{"text": piece} for piece in pieces(answer.text)] if answer.text else []
    parts += _calls(answer)
    for number, part in enumerate(parts, 1):
        yield "", _response(asked, answer, [part], last=number == len(parts))


def lowered(schema: Any) -> Any:
    """Return *schema* with its `type` values in lower case: Gemini's own schemas say `STRING`."""
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
        for declared in objects(tool.get("functionDeclarations") or [], "functionDeclarations"):
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
