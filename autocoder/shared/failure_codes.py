"""The codes by which the providers' documentation tells failures apart, and the kind of failure of each.

https://platform.claude.com/docs/en/api/errors, https://platform.claude.com/docs/en/api/rate-limits
https://developers.openai.com/api/docs/guides/error-codes
https://learn.microsoft.com/azure/ai-foundry/openai/concepts/content-filter
https://ai.google.dev/gemini-api/docs/troubleshooting, https://ai.google.dev/gemini-api/docs/rate-limits
https://cloud.google.com/apis/design/errors
"""

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

ModelFailureKind = Literal[
    "key_refused",
    "no_credit",
    "quota",
    "model_unknown",
    "context_too_long",
    "overloaded",
    "content_refused",
    "network",
    "rejected",
]
_CODES: dict[ModelFailureKind, str] = {
    "key_refused": """
        authentication_error permission_error
        invalid_api_key account_deactivated invalid_organization
        AuthenticationTypeDisabled PermissionDenied Unauthorized invalid_client
        UNAUTHENTICATED PERMISSION_DENIED API_KEY_INVALID API_KEY_SERVICE_BLOCKED CONSUMER_SUSPENDED
        SERVICE_DISABLED CONSUMER_INVALID
    """,
    "no_credit": """
        billing_error enforced_spend_limit_reached
        insufficient_quota credit_balance_exhausted organization_spend_limit_exceeded
        project_spend_limit_exceeded organization_usage_limit_exceeded billing_hard_limit_reached
        billing_not_active BILLING_DISABLED
    """,
    "quota": "rate_limit_error rate_limit_exceeded RateLimitReached RESOURCE_EXHAUSTED RATE_LIMIT_EXCEEDED",
    "model_unknown": """
        not_found_error model_not_found DeploymentNotFound unknown_model ModelDeprecated NOT_FOUND
    """,
    "context_too_long": "context_length_exceeded request_too_large string_above_max_length",
    "overloaded": """
        overloaded_error api_error timeout_error
        server_error server_is_overloaded slow_down service_unavailable_error engine_overloaded_error
        InternalServerError ServiceUnavailable NoCapacity
        UNAVAILABLE INTERNAL DEADLINE_EXCEEDED
    """,
    "content_refused": "content_filter content_policy_violation ResponsibleAIPolicyViolation invalid_prompt",
}
KIND_OF_CODE: dict[str, ModelFailureKind] = {
    code: kind for kind, codes in _CODES.items() for code in codes.split()
}
KIND_OF_STATUS: dict[int, ModelFailureKind] = {
    401: "key_refused",
    402: "no_credit",
    404: "model_unknown",
    408: "overloaded",
    413: "context_too_long",
    429: "quota",
}
# Why an answer with status 200 ended, if that is a failure.
REFUSING_ENDS: dict[str, ModelFailureKind] = {
    "refusal": "content_refused",
    "content_filter": "content_refused",
    "model_context_window_exceeded": "context_too_long",
    **dict.fromkeys(
        ("SAFETY", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "RECITATION", "IMAGE_SAFETY"), "content_refused"
    ),
}
DAILY = re.compile(r"(?i)per_?day|per_?month")  # in the `quotaId` of a QuotaFailure


class MessageRule(NamedTuple):
    """A failure that a provider documents by a *code* and the words of its message."""

    code: str
    pattern: re.Pattern[str]
    kind: ModelFailureKind

    def fits(self, codes: Sequence[str], message: str) -> bool:
        """Whether an error with these *codes* and *message* is this failure."""
        return self.code in codes and self.pattern.search(message) is not None


def _rule(code: str, pattern: str, kind: ModelFailureKind) -> MessageRule:
    return MessageRule(code, re.compile(pattern), kind)


KIND_OF_MESSAGE: tuple[MessageRule, ...] = (
    _rule("invalid_request_error", r"[Cc]redit balance is too low", "no_credit"),
    _rule("invalid_request_error", r"reached your specified (?:workspace )?API usage limits", "no_credit"),
    _rule("invalid_request_error", r"prompt is too long", "context_too_long"),
    _rule("invalid_request_error", r"input length and `max_tokens` exceed context limit", "context_too_long"),
    _rule("INVALID_ARGUMENT", r"input token count.{0,40}exceeds the maximum", "context_too_long"),
)
