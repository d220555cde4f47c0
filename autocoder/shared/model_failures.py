"""Why a model call failed: one row for each kind, and how an answer of a provider tells them apart.

The kind comes from the codes that a provider documents; `failure_codes.py` has them. The gateway classifies
answers, the supervisor the final events of the agents, and the app shows the texts. This module uses only the
standard library, because the runner's image holds a copy.

https://platform.claude.com/docs/en/api/errors
https://developers.openai.com/api/docs/guides/error-codes
https://learn.microsoft.com/azure/ai-foundry/openai/reference#errorresponse
https://ai.google.dev/gemini-api/docs/troubleshooting
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from autocoder.shared.failure_codes import (
    DAILY,
    KIND_OF_CODE,
    KIND_OF_MESSAGE,
    KIND_OF_STATUS,
    REFUSING_ENDS,
    ModelFailureKind,
)
from autocoder.shared.json_text import parse_json

MAX_SAID = 500  # characters of the provider's own sentence
MAX_ERROR_BYTES = 64_000  # of an answer that are read to classify it
_MAX_DETAILS = 20


class ModelFailureRow(NamedTuple):
    """One kind of failure: its texts for people, both sentences, and whether waiting helps."""

    kind: ModelFailureKind
    text: str  # what happened
    advice: str  # what to do
    passes: bool = False


class ModelFailure(NamedTuple):
    """A model call that failed. *said* is the provider's own sentence: untrusted, cleaned, not redacted."""

    kind: ModelFailureKind
    status: int | None = None
    said: str = ""
    passes: bool = False  # whether the same call may be served within minutes

    @property
    def row(self) -> ModelFailureRow:
        """The texts of this kind of failure."""
        return BY_KIND[self.kind]


MODEL_FAILURES: tuple[ModelFailureRow, ...] = (
    ModelFailureRow(
        "key_refused",
        "The model provider refused the key, or the key may not use this model.",
        "Check the key's secret, whether the key is still valid, and what it may use; then retry.",
    ),
    ModelFailureRow(
        "no_credit",
        "The account at the model provider has no credit left, or its quota or spend limit is used up.",
        "Add credit or raise the limit in the provider's billing settings, then retry.",
    ),
    ModelFailureRow(
        "quota",
        "The model provider's limit for calls or tokens was reached.",
        "Retry when the limit has reset, or ask the provider for a higher limit.",
        passes=True,
    ),
    ModelFailureRow(
        "model_unknown",
        "The model provider does not have the model or deployment that was asked for.",
        "Choose a model that the provider offers, and check the provider's address; then retry.",
    ),
    ModelFailureRow(
        "context_too_long",
        "The conversation became longer than the model accepts.",
        "Split the work item into smaller ones, or choose a model that accepts longer conversations.",
    ),
    ModelFailureRow(
        "overloaded",
        "The model provider was overloaded or had an error of its own.",
        "Retry later; the provider's status page tells when it works again.",
        passes=True,
    ),
    ModelFailureRow(
        "content_refused",
        "The model or the provider's content filter refused to answer.",
        "Check what the work item and its comments ask for, reword it, or choose another model; then retry.",
    ),
    ModelFailureRow(
        "network",
        "The model provider could not be reached, or the connection to it broke off.",
        "Check the provider's address and the network rules of the containers, then retry.",
        passes=True,
    ),
    ModelFailureRow(
        "rejected",
        "The model provider rejected the call.",
        "Read what the provider said; the model or the agent's version may not fit the provider's API.",
    ),
)
BY_KIND: dict[str, ModelFailureRow] = {row.kind: row for row in MODEL_FAILURES}


def classify(status: int | None, body: bytes) -> ModelFailure:
    """Return why a provider answered with *status*, a failure, and *body*, of which the beginning is enough.

    The codes of all providers have different names, so an answer is understood whoever gives it.
    """
    try:
        value = parse_json(body[:MAX_ERROR_BYTES])
    except ValueError:
        value = None
    return failure_in(value[0] if isinstance(value, list) and value else value, status)


def failure_in(value: Any, status: int | None) -> ModelFailure:
    """Return the failure that the JSON *value* of an error answer or an error event describes."""
    error = error_of(value)
    codes, said = list(_codes(error)), clean(_message(error))
    kind = next((KIND_OF_CODE[code] for code in codes if code in KIND_OF_CODE), None)
    if kind is None:
        kind = next((rule.kind for rule in KIND_OF_MESSAGE if rule.fits(codes, said)), None)
    if kind is None:
        by_server: ModelFailureKind = "overloaded" if status and status >= 500 else "rejected"
        kind = KIND_OF_STATUS.get(status or 0, by_server)
    return ModelFailure(kind, status, said, BY_KIND[kind].passes and not _is_daily(error))


def refusal_in(item: Mapping[str, Any]) -> ModelFailure | None:
    """Return the failure that an answer with status 200, or one event of its stream, reports; None if none.

    https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons
    https://platform.openai.com/docs/api-reference/responses-streaming
    https://ai.google.dev/api/generate-content#FinishReason
    """
    inner = item.get("response")
    answer: Mapping[str, Any] = inner if isinstance(inner, dict) else item
    if item.get("type") == "error" or isinstance(answer.get("error"), dict):
        return failure_in(answer if answer.get("error") else item, None)
    feedback = answer.get("promptFeedback")
    if isinstance(feedback, dict) and feedback.get("blockReason"):
        return ModelFailure("content_refused", 200, clean(str(feedback["blockReason"])))
    for word, holder in _ends(item, answer):
        if word in REFUSING_ENDS:
            return ModelFailure(REFUSING_ENDS[word], 200, clean(_told(holder) or word))
    return None


def clean(text: str) -> str:
    """Return *text* on one line, without characters that do not print, and with at most MAX_SAID characters.

    Only whole words are kept, because half a secret could not be redacted any more.
    """
    start = text[: 4 * MAX_SAID]
    plain = " ".join("".join(sign if sign.isprintable() else " " for sign in start).split())
    if len(plain) <= MAX_SAID and len(text) <= len(start):
        return plain
    return f"{plain[: MAX_SAID - 1].rpartition(' ')[0]}…"


def error_of(value: Any) -> Mapping[str, Any]:
    """Return the object that describes the error in *value*, which may be the error itself, or nothing."""
    if not isinstance(value, dict):
        return {}
    error = value.get("error")
    if isinstance(error, dict):
        return error
    if isinstance(error, str):  # as Entra and some proxies do
        return {"code": error, "message": value.get("error_description") or value.get("message") or error}
    return value if isinstance(value.get("message"), str) else {}


def _message(error: Mapping[str, Any]) -> str:
    message = error.get("message")
    return message if isinstance(message, str) else ""


def _codes(error: Mapping[str, Any]) -> Iterator[str]:
    """Yield the codes of *error*, the most specific ones first."""
    holders = [*_details(error), error.get("innererror"), error.get("inner_error"), error]
    names = ("reason", "error_code", "code", "type", "status")
    for holder in holders:
        if isinstance(holder, dict):
            yield from (str(holder[name]) for name in names if isinstance(holder.get(name), str))


def _details(error: Mapping[str, Any]) -> list[Any]:
    details = error.get("details")
    return details[:_MAX_DETAILS] if isinstance(details, list) else [details]


def _is_daily(error: Mapping[str, Any]) -> bool:
    """Whether a quota that lasts a day or longer is used up, by its documented name."""
    for detail in _details(error):
        violations = detail.get("violations") if isinstance(detail, dict) else None
        for one in violations[:_MAX_DETAILS] if isinstance(violations, list) else ():
            if isinstance(one, dict) and DAILY.search(str(one.get("quotaId", ""))[:200]):
                return True
    return False


def _ends(item: Mapping[str, Any], answer: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield why an answer ended, as each dialect says it, with the object that may tell more."""
    places: list[tuple[Any, str]] = [(answer, "stop_reason"), (item.get("delta"), "stop_reason")]
    places.append((answer.get("incomplete_details"), "reason"))
    for name, reason in (("choices", "finish_reason"), ("candidates", "finishReason")):
        listed = answer.get(name)
        places += [(one, reason) for one in (listed[:_MAX_DETAILS] if isinstance(listed, list) else ())]
    for holder, name in places:
        if isinstance(holder, dict) and isinstance(holder.get(name), str):
            yield holder[name], holder


def _told(holder: Mapping[str, Any]) -> str:
    """Return the provider's explanation of a refusal, or an empty string."""
    details = holder.get("stop_details")
    texts = (holder.get("finishMessage"), details.get("explanation") if isinstance(details, dict) else None)
    return next((text for text in texts if isinstance(text, str)), "")
