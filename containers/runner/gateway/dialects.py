"""How each model provider is spoken to: which calls exist, where the key goes, how a refusal looks.

Only calls that answer with their own usage are let through. Batches, files and background responses spend
or show what this run has no business with, so they are unknown here.
https://docs.anthropic.com/en/api/messages
https://platform.openai.com/docs/api-reference
https://learn.microsoft.com/azure/ai-services/openai/reference
https://ai.google.dev/api/generate-content
"""

import json
import re
from typing import Any, Literal

Dialect = Literal["anthropic", "chat", "responses", "gemini"]

KEY_HEADERS = {
    "anthropic": ("x-api-key", "{}"),
    "openai": ("Authorization", "Bearer {}"),
    "azure": ("api-key", "{}"),
    "gemini": ("x-goog-api-key", "{}"),
}
CREDENTIAL_HEADERS = frozenset(
    {"authorization", "x-api-key", "api-key", "x-goog-api-key", "cookie", "proxy-authorization"}
)

_GENERATING: tuple[tuple[re.Pattern[str], Dialect], ...] = (
    (re.compile(r".*/messages"), "anthropic"),
    (re.compile(r".*/(?:chat/completions|completions|embeddings)"), "chat"),
    (re.compile(r".*/responses(?:/compact)?"), "responses"),
    (re.compile(r".*/models/[^/]+:(?:generateContent|streamGenerateContent|embedContent)"), "gemini"),
)
_FREE = re.compile(r".*/messages/count_tokens|.*/responses/input_tokens|.*/models/[^/]+:countTokens")
_EMBEDDING = re.compile(r".*(?:/embeddings|:embedContent)")
_LOOKING = re.compile(r"/|.*/models(?:/[^/]+)?")
_PLAIN_PATH = re.compile(r"/[A-Za-z0-9._~:@!$&'()*+,;=/-]*")
_DEPLOYMENT = re.compile(r"/(?:deployments|models)/([^/:]+)")
_ANTHROPIC_ERRORS = {404: "not_found_error", 413: "request_too_large"}
_GEMINI_STATES = {404: "NOT_FOUND", 413: "INVALID_ARGUMENT"}
_OPENAI_CODES = {404: "not_found", 400: "budget_spent", 413: "request_too_large"}


def dialect_of(method: str, path: str) -> Dialect | None:
    """Return the dialect of a call that generates, and so costs; None for every other call."""
    if method != "POST":
        return None
    return next((dialect for pattern, dialect in _GENERATING if pattern.fullmatch(path)), None)


def is_known(method: str, path: str) -> bool:
    """Whether the gateway passes this call on."""
    if _PLAIN_PATH.fullmatch(path) is None or any(name in (".", "..") for name in path.split("/")):
        return False
    if method in ("GET", "HEAD"):
        return _LOOKING.fullmatch(path) is not None
    return dialect_of(method, path) is not None or (method == "POST" and _FREE.fullmatch(path) is not None)


def writes(path: str) -> bool:
    """Whether the answer to a call that generates is written token by token; embeddings are not."""
    return _EMBEDDING.fullmatch(path) is None


def deployment_of(path: str) -> str:
    """Return the model or deployment that an Azure OpenAI or Gemini path names, or an empty string."""
    found = _DEPLOYMENT.search(path)
    return found[1] if found else ""


def key_header(provider: str, key: str) -> tuple[str, str]:
    """Return the header with which *provider* takes its *key*; raises `KeyError` on an unknown one."""
    name, form = KEY_HEADERS[provider]
    return name, form.format(key)


def refusal(dialect: Dialect | None, provider: str, status: int, message: str) -> bytes:
    """Return the body with which that provider itself would refuse a call."""
    shape = dialect or provider
    error: dict[str, Any]
    if shape == "anthropic":
        kind = _ANTHROPIC_ERRORS.get(status, "invalid_request_error")
        error = {"type": "error", "error": {"type": kind, "message": message}}
    elif shape == "gemini":
        state = _GEMINI_STATES.get(status, "FAILED_PRECONDITION")
        error = {"error": {"code": status, "message": message, "status": state}}
    else:
        code = _OPENAI_CODES.get(status, "unavailable")
        error = {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": code}}
    return json.dumps(error).encode()
