"""Error answers of OpenAI and Azure OpenAI: their messages and bodies.

https://platform.openai.com/docs/guides/error-codes,
https://learn.microsoft.com/azure/ai-foundry/openai/reference#errorresponse
"""

from collections.abc import Sequence
from typing import Any

from pydantic_core import ErrorDetails

from emulators.model_provider.dialects.shape import Refusal
from emulators.model_provider.script.turns import JSON

TYPES: dict[int, tuple[str, str | None]] = {
    400: ("invalid_request_error", None),
    401: ("invalid_request_error", "invalid_api_key"),
    404: ("invalid_request_error", None),
    429: ("requests", "rate_limit_exceeded"),
}
EXPECTED = {
    "bool_type": "a boolean",
    "dict_type": "an object",
    "float_type": "a decimal",
    "int_type": "an integer",
    "list_type": "an array",
    "model_type": "an object",
    "string_type": "a string",
}


def refusal(errors: list[ErrorDetails]) -> Refusal:
    """Return the refusal for the first error."""
    first = errors[0]
    where, kind, given = path(first["loc"]), first["type"], first["input"]
    limits = first.get("ctx", {})
    if kind == "extra_forbidden":
        return Refusal(400, f"Unknown parameter: '{where}'.", where, "unknown_parameter")
    if kind == "missing":
        return Refusal(400, f"Missing required parameter: '{where}'.", where, "missing_required_parameter")
    if kind == "literal_error":
        message = f"Invalid value: {given!r}. Supported values are: {limits['expected']}."
        return Refusal(400, message, where, "invalid_value")
    if kind in EXPECTED:
        message = (
            f"Invalid type for '{where}': expected {EXPECTED[kind]}, but got {described(given)} instead."
        )
        return Refusal(400, message, where, "invalid_type")
    return Refusal(400, f"Invalid '{where}': {first['msg']}.", where, "invalid_value")


def path(parts: Sequence[str | int]) -> str:
    """Return the path of a value as the API writes it, such as `messages[0].role`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts).lstrip(".")


def described(value: Any) -> str:
    """Return the API's words for the type of *value*."""
    words = {bool: "a boolean", int: "an integer", float: "a decimal", str: "a string", list: "an array"}
    return "null" if value is None else words.get(type(value), "an object")


def error(refused: Refusal) -> JSON:
    """Return OpenAI's JSON of a refusal."""
    kind, code = TYPES.get(refused.status, ("server_error", None))
    details = {"type": kind, "param": refused.param, "code": refused.code or code}
    return {"error": {"message": refused.message, **details}}


def azure_error(refused: Refusal) -> JSON:
    """Return Azure OpenAI's JSON: OpenAI's for the model's refusals, code and message for the front's."""
    if refused.param is not None:
        return error(refused)
    return {"error": {"code": refused.code or str(refused.status), "message": refused.message}}
