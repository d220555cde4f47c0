"""Errors in each provider's own words, and which provider a request is meant for.

Anthropic: https://docs.claude.com/en/api/errors. OpenAI: https://platform.openai.com/docs/guides/error-codes.
Azure OpenAI: https://learn.microsoft.com/azure/ai-foundry/openai/reference. Gemini:
https://ai.google.dev/gemini-api/docs/troubleshooting, in the shape of https://google.aip.dev/193.
"""

from typing import Any

from emulators.model_provider.dialects.shape import new_id

JSON = dict[str, Any]

_ANTHROPIC = {
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
_OPENAI = {
    400: ("invalid_request_error", None),
    401: ("invalid_request_error", "invalid_api_key"),
    404: ("invalid_request_error", None),
    429: ("requests", "rate_limit_exceeded"),
}
_GEMINI = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    503: "UNAVAILABLE",
}
_MESSAGES = {
    429: "Rate limit reached. Please try again later.",
    500: "The server had an error while processing your request.",
    503: "The service is currently overloaded.",
    529: "Overloaded",
}


def provider_of(path: str, *, anthropic: bool = False) -> str:
    """Return which provider answers on *path*; *anthropic* settles the paths that two of them share."""
    if path.startswith("/openai/"):
        return "azure"
    if path.startswith(("/v1beta/", "/v1alpha/")):
        return "gemini"
    return "anthropic" if anthropic or path.startswith("/v1/messages") else "openai"


def error_body(provider: str, status: int, message: str = "") -> JSON:
    """Return the body with which *provider* (anthropic, openai, azure, gemini) reports *status*."""
    message = message or _MESSAGES.get(status, "The request could not be served.")
    if provider == "anthropic":
        error = {"type": _ANTHROPIC.get(status, "api_error"), "message": message}
        return {"type": "error", "error": error, "request_id": new_id("req_")}
    if provider == "gemini":
        reason = _GEMINI.get(status, "INTERNAL")
        return {"error": {"code": status, "message": message, "status": reason}}
    if provider == "azure":
        return {"error": {"code": str(status), "message": message}}
    kind, code = _OPENAI.get(status, ("server_error", None))
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


def refused_key(provider: str, *, present: bool) -> tuple[int, JSON]:
    """Return status and body for a request whose key is missing or is not one of ours."""
    if provider == "gemini":
        return _refused_gemini_key(present=present)
    said = {
        ("anthropic", True): "invalid x-api-key",
        ("anthropic", False): "x-api-key header is required",
        ("azure", True): _AZURE_KEY,
        ("azure", False): _AZURE_KEY,
        ("openai", True): "Incorrect API key provided. You can find your API key at "
        "https://platform.openai.com/account/api-keys.",
        ("openai", False): "You didn't provide an API key. You need to provide your API key in an "
        "Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).",
    }
    return 401, error_body(provider, 401, said[provider, present])


def _refused_gemini_key(*, present: bool) -> tuple[int, JSON]:
    if not present:
        message = (
            "Method doesn't allow unregistered callers (callers without established identity). Please use "
            "API Key or other form of API consumer identity to call this API."
        )
        return 403, error_body("gemini", 403, message)
    body = error_body("gemini", 400, "API key not valid. Please pass a valid API key.")
    body["error"]["details"] = [
        {
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "API_KEY_INVALID",
            "domain": "googleapis.com",
            "metadata": {"service": "generativelanguage.googleapis.com"},
        }
    ]
    return 400, body


_AZURE_KEY = (
    "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key "
    "for an active subscription and use a correct regional API endpoint for your resource."
)
