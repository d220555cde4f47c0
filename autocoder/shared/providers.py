"""The model providers and the dialects that they speak: one entry for each.

A provider decides where the key goes; a dialect decides which calls are passed on, how their use is counted,
and what an error looks like. The gateway and the agents' manifests use these tables. This module uses only
the standard library, because the runner's image holds a copy.

https://docs.anthropic.com/en/api/messages
https://platform.openai.com/docs/api-reference
https://learn.microsoft.com/azure/ai-services/openai/reference
https://ai.google.dev/api/generate-content
"""

import re
from typing import Any, Literal, NamedTuple

ProviderName = Literal["anthropic", "openai", "azure", "gemini"]
DialectName = Literal["anthropic", "chat", "responses", "gemini"]
ErrorShape = Literal["anthropic", "openai", "gemini"]


class Provider(NamedTuple):
    """A provider: the header that carries its key, and the shape of its errors."""

    name: ProviderName
    key_header: str
    key_form: str
    error_shape: ErrorShape


class Dialect(NamedTuple):
    """A dialect: the paths of its calls, and the names of the counts in an answer's usage.

    The names of one kind are added up. A name with a dot is a member of an object.
    """

    name: DialectName
    generating: re.Pattern[str]  # POST calls that generate, and so cost
    counting: re.Pattern[str]  # POST calls that only count tokens, and are free
    input: tuple[str, ...]
    cached: tuple[str, ...]
    output: tuple[str, ...]
    error_shape: ErrorShape
    written: tuple[str, ...] = ()  # tokens written to a cache
    input_includes_cached: bool = True
    patience: float = 240.0  # seconds for which its agents wait for an answer to begin, less a reserve


_NO_CALL = re.compile(r"(?!)")
PROVIDERS: tuple[Provider, ...] = (
    Provider("anthropic", "x-api-key", "{}", "anthropic"),
    Provider("openai", "Authorization", "Bearer {}", "openai"),
    Provider("azure", "api-key", "{}", "openai"),
    Provider("gemini", "x-goog-api-key", "{}", "gemini"),
)
DIALECTS: tuple[Dialect, ...] = (
    Dialect(
        "anthropic",
        generating=re.compile(r".*/messages"),
        counting=re.compile(r".*/messages/count_tokens"),
        input=("input_tokens",),
        cached=("cache_read_input_tokens",),
        output=("output_tokens",),
        error_shape="anthropic",
        written=("cache_creation_input_tokens",),
        input_includes_cached=False,
    ),
    Dialect(
        "chat",
        generating=re.compile(r".*/(?:chat/completions|completions|embeddings)"),
        counting=_NO_CALL,
        input=("prompt_tokens",),
        cached=("prompt_tokens_details.cached_tokens",),
        output=("completion_tokens",),
        error_shape="openai",
    ),
    Dialect(
        "responses",
        generating=re.compile(r".*/responses(?:/compact)?"),
        counting=re.compile(r".*/responses/input_tokens"),
        input=("input_tokens",),
        cached=("input_tokens_details.cached_tokens",),
        output=("output_tokens",),
        error_shape="openai",
    ),
    Dialect(
        "gemini",
        generating=re.compile(r".*/models/[^/]+:(?:generateContent|streamGenerateContent|embedContent)"),
        counting=re.compile(r".*/models/[^/]+:countTokens"),
        input=("promptTokenCount", "toolUsePromptTokenCount"),
        cached=("cachedContentTokenCount",),
        output=("candidatesTokenCount", "thoughtsTokenCount"),
        error_shape="gemini",
        patience=50.0,
    ),
)
BY_NAME: dict[str, Provider] = {provider.name: provider for provider in PROVIDERS}
_ANTHROPIC_TYPES = {404: "not_found_error", 413: "request_too_large"}
_GEMINI_STATES = {404: "NOT_FOUND", 413: "INVALID_ARGUMENT"}
_OPENAI_CODES = {400: "budget_spent", 404: "not_found", 413: "request_too_large"}


def error_body(shape: ErrorShape, status: int, message: str) -> dict[str, Any]:
    """Return the JSON body of an error, in the *shape* that the provider's own errors have."""
    if shape == "anthropic":
        kind = _ANTHROPIC_TYPES.get(status, "invalid_request_error")
        return {"type": "error", "error": {"type": kind, "message": message}}
    if shape == "gemini":
        state = _GEMINI_STATES.get(status, "FAILED_PRECONDITION")
        return {"error": {"code": status, "message": message, "status": state}}
    code = _OPENAI_CODES.get(status, "unavailable")
    return {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": code}}
