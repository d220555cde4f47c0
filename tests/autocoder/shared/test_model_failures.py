"""Each documented failure of a provider is told apart by its codes, and hostile answers are bounded."""

import json
from typing import get_args

import pytest

from autocoder.shared.failure_codes import KIND_OF_CODE, REFUSING_ENDS, ModelFailureKind
from autocoder.shared.failure_texts import classify_text
from autocoder.shared.model_failures import (
    BY_KIND,
    MAX_SAID,
    MODEL_FAILURES,
    classify,
    refusal_in,
)


def anthropic(kind, message="", **more):
    return {"type": "error", "error": {"type": kind, "message": message, **more}, "request_id": "req_1"}


def openai(code, message="", kind="invalid_request_error", **more):
    return {"error": {"message": message, "type": kind, "param": None, "code": code, **more}}


def azure(code, message="", **more):
    return {"error": {"code": code, "message": message, **more}}


def gemini(code, status, message="", *details):
    return {"error": {"code": code, "message": message, "status": status, "details": list(details)}}


def quota(*names):
    kind = "type.googleapis.com/google.rpc.QuotaFailure"
    return {"@type": kind, "violations": [{"quotaId": name} for name in names]}


INVALID_KEY = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}
FILTERED = {"innererror": {"code": "ResponsibleAIPolicyViolation"}}
CASES = [
    (401, anthropic("authentication_error", "invalid x-api-key"), "key_refused", False),
    (403, anthropic("permission_error"), "key_refused", False),
    (402, anthropic("billing_error"), "no_credit", False),
    (
        400,
        anthropic("invalid_request_error", "Your credit balance is too low to access the Anthropic API."),
        "no_credit",
        False,
    ),
    (
        400,
        anthropic("invalid_request_error", "You have reached your specified workspace API usage limits."),
        "no_credit",
        False,
    ),
    (
        429,
        anthropic("rate_limit_error", details={"error_code": "enforced_spend_limit_reached"}),
        "no_credit",
        False,
    ),
    (429, anthropic("rate_limit_error"), "quota", True),
    (404, anthropic("not_found_error", "model: claude-sonnet-5-5"), "model_unknown", False),
    (413, anthropic("request_too_large"), "context_too_long", False),
    (
        400,
        anthropic("invalid_request_error", "prompt is too long: 213456 tokens > 200000 maximum"),
        "context_too_long",
        False,
    ),
    (529, anthropic("overloaded_error", "Overloaded"), "overloaded", True),
    (500, anthropic("api_error"), "overloaded", True),
    (504, anthropic("timeout_error"), "overloaded", True),
    (400, anthropic("invalid_request_error", "messages: at least one"), "rejected", False),
    (401, openai("invalid_api_key"), "key_refused", False),
    (429, openai("insufficient_quota", kind="insufficient_quota"), "no_credit", False),
    (429, openai(None, kind="insufficient_quota"), "no_credit", False),
    (429, openai("credit_balance_exhausted", kind="insufficient_quota"), "no_credit", False),
    (429, openai("rate_limit_exceeded", kind="tokens"), "quota", True),
    (429, openai("slow_down", kind="rate_limit_error"), "overloaded", True),
    (404, openai("model_not_found"), "model_unknown", False),
    (400, openai("context_length_exceeded"), "context_too_long", False),
    (400, openai("content_policy_violation"), "content_refused", False),
    (503, openai(None, kind="server_error"), "overloaded", True),
    (400, openai("unsupported_value"), "rejected", False),
    (403, openai("unsupported_country_region_territory"), "rejected", False),
    (401, azure("401", "Access denied due to invalid subscription key"), "key_refused", False),
    (404, azure("DeploymentNotFound"), "model_unknown", False),
    (429, azure("429", "Please retry after 20 seconds."), "quota", True),
    (400, azure("content_filter", **FILTERED), "content_refused", False),
    (400, azure("BadRequest", **FILTERED), "content_refused", False),
    (400, gemini(400, "INVALID_ARGUMENT", "", INVALID_KEY), "key_refused", False),
    (401, gemini(401, "UNAUTHENTICATED"), "key_refused", False),
    (403, gemini(403, "PERMISSION_DENIED"), "key_refused", False),
    (404, gemini(404, "NOT_FOUND"), "model_unknown", False),
    (429, gemini(429, "RESOURCE_EXHAUSTED"), "quota", True),
    (
        429,
        gemini(429, "RESOURCE_EXHAUSTED", "", quota("RequestsPerMinute", "GenerateRequestsPerDayPerModel")),
        "quota",
        False,
    ),
    (
        429,
        gemini(429, "RESOURCE_EXHAUSTED", "", quota("GenerateRequestsPerMinutePerModel")),
        "quota",
        True,
    ),
    (
        400,
        gemini(400, "INVALID_ARGUMENT", "The input token count (1200000) exceeds the maximum number"),
        "context_too_long",
        False,
    ),
    (400, gemini(400, "INVALID_ARGUMENT", "Invalid value"), "rejected", False),
    (400, gemini(400, "FAILED_PRECONDITION", "not available in your country"), "rejected", False),
    (503, gemini(503, "UNAVAILABLE"), "overloaded", True),
    (500, gemini(500, "INTERNAL"), "overloaded", True),
]


@pytest.mark.parametrize(("status", "body", "kind", "passes"), CASES)
def test_names_each_documented_failure(status, body, kind, passes):
    failure = classify(status, json.dumps(body).encode())
    assert (failure.kind, failure.status, failure.passes) == (kind, status, passes)
    assert failure.said == body["error"]["message"]
    assert failure.row is BY_KIND[kind]


def test_reads_the_list_that_gemini_streams_without_events():
    body = json.dumps([gemini(503, "UNAVAILABLE", "The model is overloaded.")]).encode()
    assert classify(503, body)[:3] == ("overloaded", 503, "The model is overloaded.")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, "rejected"),
        (401, "key_refused"),
        (403, "rejected"),
        (404, "model_unknown"),
        (413, "context_too_long"),
        (418, "rejected"),
        (429, "quota"),
        (500, "overloaded"),
        (502, "overloaded"),
        (529, "overloaded"),
    ],
)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>nginx</html>",
        b'"text"',
        b"[]",
        b"null",
        b'{"error": 7}',
        b'{"error": {"message": ["x"], "code": {"a": 1}, "details": "no"}}',
        b'{"error": {"details": [1, null, {"violations": [3, {"quotaId": ["x"]}]}]}}',
        b"[" * 60_000,
        b'{"error": ' * 6_000,
        b'{"error": {"code": ' + b"9" * 5_000 + b"}}",
        b"\xff\xfe" * 100,
    ],
)
def test_judges_by_the_status_when_the_body_says_nothing(status, kind, body):
    failure = classify(status, body)
    assert failure.kind == kind
    assert failure.said == ""


def test_keeps_whole_words_of_what_the_provider_said_on_one_line():
    message = "first\x1b[31m\r\nline\u202e " + "word " * 50_000
    said = classify(400, json.dumps(anthropic("x", message)).encode()).said
    assert said == ""  # the answer is longer than what is read of it
    said = classify(400, json.dumps(anthropic("x", message[:3_000])).encode()).said
    assert said.startswith("first [31m line word word")
    assert said.endswith("word…")
    assert len(said) <= MAX_SAID
    assert said.isprintable()


def test_never_keeps_half_of_a_long_word():
    secret = "s" * 400
    said = classify(400, json.dumps(openai("x", f"{'a ' * 100}{secret}{secret}")).encode()).said
    assert "s" not in said


@pytest.mark.parametrize(
    ("event", "kind", "said"),
    [
        ({"type": "message_delta", "delta": {"stop_reason": "refusal"}}, "content_refused", "refusal"),
        (
            {"stop_reason": "refusal", "stop_details": {"explanation": "It may do harm."}},
            "content_refused",
            "It may do harm.",
        ),
        (
            {"stop_reason": "model_context_window_exceeded"},
            "context_too_long",
            "model_context_window_exceeded",
        ),
        ({"choices": [{"finish_reason": "content_filter"}]}, "content_refused", "content_filter"),
        (
            {"response": {"status": "incomplete", "incomplete_details": {"reason": "content_filter"}}},
            "content_refused",
            "content_filter",
        ),
        ({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}}, "content_refused", "PROHIBITED_CONTENT"),
        (
            {"candidates": [{"finishReason": "SAFETY", "finishMessage": "Blocked."}]},
            "content_refused",
            "Blocked.",
        ),
        (anthropic("overloaded_error", "Overloaded"), "overloaded", "Overloaded"),
        (
            {"type": "error", "code": "server_error", "message": "An error occurred.", "param": None},
            "overloaded",
            "An error occurred.",
        ),
        (
            {
                "type": "response.failed",
                "response": {"error": {"code": "rate_limit_exceeded", "message": "x"}},
            },
            "quota",
            "x",
        ),
        (openai("insufficient_quota", "Buy."), "no_credit", "Buy."),
    ],
)
def test_finds_a_failure_in_an_answer_that_began_well(event, kind, said):
    failure = refusal_in(event)
    assert (failure.kind, failure.said) == (kind, said)


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"stop_reason": "end_turn"},
        {"type": "message_delta", "delta": {"stop_reason": "tool_use"}},
        {"choices": [{"finish_reason": None}, 3]},
        {"choices": "refusal"},
        {"candidates": [{"finishReason": "MAX_TOKENS"}]},
        {"response": {"error": None, "incomplete_details": None, "status": "completed"}},
        {"response": {"incomplete_details": {"reason": "max_output_tokens"}}},
        {"promptFeedback": {"safetyRatings": []}},
        {"stop_reason": ["refusal"]},
    ],
)
def test_finds_no_failure_in_an_answer_that_ended_well(event):
    assert refusal_in(event) is None


@pytest.mark.parametrize(
    ("text", "kind", "status"),
    [
        (f"API Error: 529 {json.dumps(anthropic('overloaded_error', 'x'))}", "overloaded", 529),
        (f"[API Error: {json.dumps(gemini(404, 'NOT_FOUND', 'x'))}]", "model_unknown", None),
        ("unexpected status 401 Unauthorized: Incorrect API key", "key_refused", 401),
        ("API Error: 400 prompt is too long: 3 tokens > 2 maximum", "context_too_long", 400),
        ("stream failed (insufficient_quota): buy credits", "no_credit", None),
        ("request failed with status code: 503", "overloaded", 503),
        ("API Error: 418 teapot", "rejected", 418),
    ],
)
def test_reads_what_an_agent_says_about_a_failure(text, kind, status):
    failure = classify_text(text)
    assert (failure.kind, failure.status) == (kind, status)
    assert failure.said


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I changed 404 lines and 503 tests.",
        "The page shows a not found message.",
        '{"a": 1} {"error": null}',
        "{" * 100_000,
        "[" * 100_000,
    ],
)
def test_names_no_failure_that_a_text_does_not_name(text):
    assert classify_text(text) is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("I now return HTTP 404 for unknown users.", None),
        ("Renamed the enum INTERNAL to PRIVATE.", None),
        ("The API raises Unauthorized when the header is missing.", None),
        ("status code: 503", None),
        ("API Error: 529 Overloaded", "overloaded"),
        ("stream failed (insufficient_quota): buy credits", "no_credit"),
        (json.dumps(gemini(404, "NOT_FOUND", "x")), "model_unknown"),
    ],
)
def test_takes_what_an_agent_says_of_its_work_for_no_failure(text, kind):
    failure = classify_text(text, is_error=False)
    assert (failure and failure.kind) == kind


def test_the_tables_name_every_kind_once_and_each_row_is_two_sentences():
    kinds = get_args(ModelFailureKind)
    assert tuple(row.kind for row in MODEL_FAILURES) == kinds
    assert {*KIND_OF_CODE.values(), *REFUSING_ENDS.values()} | {"network", "rejected"} == set(kinds)
    for row in MODEL_FAILURES:
        assert row.text.endswith(".")
        assert row.advice.endswith(".")
