"""The documented failures of each provider, by name: status, error and headers.

https://platform.claude.com/docs/en/api/errors, https://platform.claude.com/docs/en/api/rate-limits,
https://developers.openai.com/api/docs/guides/error-codes,
https://learn.microsoft.com/azure/ai-foundry/openai/concepts/content-filter,
https://learn.microsoft.com/azure/ai-foundry/openai/how-to/quota,
https://ai.google.dev/gemini-api/docs/troubleshooting, https://ai.google.dev/gemini-api/docs/rate-limits
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from emulators.model_provider.dialects.shape import new_id
from emulators.model_provider.script.turns import JSON

# Failures that are not one whole answer with an error status.
REFUSED_ANSWER = "refused_answer"  # an answer with status 200 that ends with a refusal
BROKEN_STREAM = "broken_stream"  # an error in the middle of a stream
DROPPED = "dropped"  # the connection ends without an answer
DROPPED_MIDWAY = "dropped_midway"  # the connection ends in the middle of a stream
SPECIAL = (REFUSED_ANSWER, BROKEN_STREAM, DROPPED, DROPPED_MIDWAY)
_QUOTA = "type.googleapis.com/google.rpc.QuotaFailure"
_RETRY = "type.googleapis.com/google.rpc.RetryInfo"
_EXCEEDED = "You exceeded your current quota, please check your plan and billing details."
_TOO_LONG = "Your input exceeds the context window of this model. Please adjust your input and try again."


@dataclass(frozen=True, slots=True)
class Failure:
    """A failure: status, the object `error` of the body, and headers; `{model}` is the model asked for."""

    status: int
    error: JSON
    headers: Mapping[str, str] = field(default_factory=dict)


def _anthropic(status: int, kind: str, message: str, headers: Mapping[str, str] | None = None) -> Failure:
    return Failure(status, {"type": kind, "message": message}, headers or {})


def _openai(
    status: int, kind: str, code: str | None, message: str, headers: Mapping[str, str] | None = None
) -> Failure:
    return Failure(status, {"message": message, "type": kind, "param": None, "code": code}, headers or {})


def _azure(status: int, code: str, message: str, **more: Any) -> Failure:
    headers: Mapping[str, str] = more.pop("headers", {})
    return Failure(status, {"code": code, "message": message, **more}, headers)


def _gemini(status: int, state: str, message: str, *details: JSON) -> Failure:
    more = {"details": list(details)} if details else {}
    return Failure(status, {"code": status, "message": message, "status": state, **more})


def _quota(name: str) -> JSON:
    metric = "generativelanguage.googleapis.com/generate_content_paid_tier_input_token_count"
    return {"@type": _QUOTA, "violations": [{"quotaMetric": metric, "quotaId": name}]}


FAILURES: Mapping[str, Mapping[str, Failure]] = {
    "anthropic": {
        "key_refused": _anthropic(401, "authentication_error", "invalid x-api-key"),
        "no_credit": _anthropic(
            400,
            "invalid_request_error",
            "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to "
            "upgrade or purchase credits.",
        ),
        "spend_limit": Failure(
            429,
            {
                "type": "rate_limit_error",
                "message": "You have reached the monthly spend limit of your usage tier.",
                "details": {"error_code": "enforced_spend_limit_reached"},
            },
        ),
        "rate_limited": _anthropic(
            429, "rate_limit_error", "This request would exceed your rate limit.", {"retry-after": "1"}
        ),
        "model_unknown": _anthropic(404, "not_found_error", "model: {model}"),
        "context_too_long": _anthropic(
            400, "invalid_request_error", "prompt is too long: 213456 tokens > 200000 maximum"
        ),
        "overloaded": _anthropic(529, "overloaded_error", "Overloaded"),
        "server_error": _anthropic(500, "api_error", "Internal server error"),
    },
    "openai": {
        "key_refused": _openai(
            401, "invalid_request_error", "invalid_api_key", "Incorrect API key provided."
        ),
        "no_credit": _openai(429, "insufficient_quota", "insufficient_quota", _EXCEEDED),
        "spend_limit": _openai(429, "insufficient_quota", "project_spend_limit_exceeded", _EXCEEDED),
        "rate_limited": _openai(
            429,
            "tokens",
            "rate_limit_exceeded",
            "Rate limit reached for {model} on tokens per min (TPM): Limit 30000. Please try again in 1s.",
            {"retry-after": "1", "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "1s"},
        ),
        "model_unknown": _openai(
            404,
            "invalid_request_error",
            "model_not_found",
            "The model `{model}` does not exist or you do not have access to it.",
        ),
        "context_too_long": _openai(400, "invalid_request_error", "context_length_exceeded", _TOO_LONG),
        "overloaded": _openai(
            503, "service_unavailable_error", "server_is_overloaded", "Our servers are overloaded."
        ),
        "server_error": _openai(
            500, "server_error", None, "The server had an error while processing your request."
        ),
        "content_refused": _openai(
            400, "invalid_request_error", "invalid_prompt", "Invalid prompt: it may violate our usage policy."
        ),
    },
    "azure": {
        "key_refused": _azure(
            401, "401", "Access denied due to invalid subscription key or wrong API endpoint."
        ),
        "rate_limited": _azure(
            429,
            "429",
            "Requests have exceeded the token rate limit. Please retry after 1 second.",
            headers={"retry-after": "1", "retry-after-ms": "1000"},
        ),
        "model_unknown": _azure(
            404, "DeploymentNotFound", "The API deployment for this resource does not exist."
        ),
        "context_too_long": _openai(400, "invalid_request_error", "context_length_exceeded", _TOO_LONG),
        "overloaded": _azure(503, "ServiceUnavailable", "The service is temporarily unable to process it."),
        "server_error": _azure(500, "InternalServerError", "The server had an error."),
        "content_refused": _azure(
            400,
            "content_filter",
            "The response was filtered due to the prompt triggering Azure OpenAI's content management "
            "policy. Please modify your prompt and retry.",
            param="prompt",
            type=None,
            innererror={"code": "ResponsibleAIPolicyViolation"},
        ),
    },
    "gemini": {
        "key_refused": _gemini(403, "PERMISSION_DENIED", "Your API key does not have the needed permission."),
        "rate_limited": _gemini(
            429,
            "RESOURCE_EXHAUSTED",
            _EXCEEDED,
            _quota("GenerateContentPaidTierInputTokensPerModelPerMinute"),
            {"@type": _RETRY, "retryDelay": "1s"},
        ),
        "quota_of_day": _gemini(
            429,
            "RESOURCE_EXHAUSTED",
            _EXCEEDED,
            _quota("GenerateRequestsPerDayPerProjectPerModel"),
            {"@type": _RETRY, "retryDelay": "1s"},
        ),
        "model_unknown": _gemini(404, "NOT_FOUND", "models/{model} is not found for API version v1beta."),
        "context_too_long": _gemini(
            400,
            "INVALID_ARGUMENT",
            "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
        ),
        "overloaded": _gemini(503, "UNAVAILABLE", "The model is overloaded. Please try again later."),
        "server_error": _gemini(500, "INTERNAL", "An internal error has occurred."),
    },
}


def names_of(provider: str) -> tuple[str, ...]:
    """Return the names of the failures that *provider* can give; raises `KeyError` for an unknown one."""
    return (*FAILURES[provider], *SPECIAL)


def body_of(provider: str, failure: Failure, model: str) -> JSON:
    """Return the body with which *provider* reports *failure* of a call to *model*."""
    error = {**failure.error, "message": failure.error["message"].replace("{model}", model)}
    if provider == "anthropic":
        return {"type": "error", "error": error, "request_id": new_id("req_")}
    return {"error": error}
