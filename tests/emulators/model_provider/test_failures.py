"""Failures on demand come in the documented format of each provider."""

import httpx
import pytest

from emulators.model_provider.failures import FAILURES, SPECIAL
from tests.emulators.model_provider.dialect import (
    DIALECTS,
    Anthropic,
    Azure,
    Chat,
    Gemini,
    Responses,
    events_of,
)

PROVIDERS = {"chat": "openai", "responses": "openai"}
STATUSES = {
    "anthropic": {"no_credit": 400, "spend_limit": 429, "rate_limited": 429, "overloaded": 529},
    "openai": {"no_credit": 429, "spend_limit": 429, "rate_limited": 429, "overloaded": 503},
    "azure": {"rate_limited": 429, "overloaded": 503, "content_refused": 400},
    "gemini": {"rate_limited": 429, "quota_of_day": 429, "overloaded": 503},
}


@pytest.fixture(autouse=True)
def nothing_planned(client):
    client.http.delete("/_control/failures")


def plan(client, failure, **more):
    return client.http.post("/_control/failures", json={"failure": failure, **more})


def provider_of(dialect):
    return PROVIDERS.get(dialect.name, dialect.name)


def test_each_failure_has_its_providers_shape(client, dialect):
    provider = provider_of(dialect)
    for name, failure in FAILURES[provider].items():
        plan(client, name)
        answer = client.post(dialect, "x")
        assert answer.status_code == failure.status == STATUSES[provider].get(name, failure.status)
        error = answer.json()["error"]
        assert error["message"]
        assert "{model}" not in error["message"]
        assert set(error) >= {
            "anthropic": {"type"},
            "openai": {"type", "param", "code"},
            "azure": {"code"},
            "gemini": {"code", "status"},
        }.get(provider, set())
        assert client.post(dialect, "x").status_code == 200


def test_a_limited_rate_says_how_long_to_wait(client):
    for dialect, header in (
        (Anthropic(), "retry-after"),
        (Chat(), "retry-after"),
        (Azure(), "retry-after-ms"),
    ):
        plan(client, "rate_limited")
        assert int(client.post(dialect, "x").headers[header]) >= 1
    plan(client, "rate_limited")
    quota, retry = client.post(Gemini(), "x").json()["error"]["details"]
    assert quota["violations"][0]["quotaId"].endswith("PerMinute")
    assert retry["retryDelay"] == "1s"


def test_the_calls_before_it_are_served_and_those_after_it(client):
    plan(client, "overloaded", times=2, after=1)
    statuses = [client.post(Anthropic(), "x").status_code for _ in range(4)]
    assert statuses == [200, 529, 529, 200]


def test_a_call_without_tools_is_served_and_does_not_count(client):
    plan(client, "overloaded")
    assert client.post(Anthropic(), "x", tools=()).status_code == 200
    assert client.post(Anthropic(), "x").status_code == 529


@pytest.mark.parametrize(
    ("dialect", "where"),
    [
        (Anthropic(), lambda answer: answer["stop_reason"]),
        (Chat(), lambda answer: answer["choices"][0]["finish_reason"]),
        (Responses(), lambda answer: answer["incomplete_details"]["reason"]),
        (Gemini(), lambda answer: answer["candidates"][0]["finishReason"]),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_a_refused_answer_has_the_status_of_a_good_one(client, dialect, where):
    plan(client, "refused_answer", times=2)
    answer = client.post(dialect, "x")
    assert answer.status_code == 200
    assert where(answer.json()) in ("refusal", "content_filter", "SAFETY")
    streamed = client.post(dialect, "x", stream=True)
    assert streamed.status_code == 200
    assert where(answer.json()) in streamed.text
    if dialect.name == "responses":
        assert events_of(streamed)[-1]["type"] == "response.incomplete"


def test_a_stream_breaks_with_an_error_event(client, dialect):
    plan(client, "broken_stream")
    answer = client.post(dialect, "x", stream=True)
    assert answer.status_code == 200
    first, last = events_of(answer)
    assert "error" not in str(first.get("type"))
    assert last.get("type") == "error" or last["error"]["message"]


@pytest.mark.parametrize(
    ("failure", "stream"), [("dropped", False), ("dropped", True), ("dropped_midway", True)]
)
def test_a_connection_is_dropped(client, dialect, failure, stream):
    plan(client, failure)
    with pytest.raises(httpx.TransportError):
        client.post(dialect, "x", stream=stream)
    assert client.post(dialect, "x").status_code == 200


def test_a_failure_that_a_provider_does_not_document_is_not_covered(client):
    plan(client, "no_credit")
    assert client.post(Gemini(), "x").status_code == 501


@pytest.mark.parametrize(
    "body",
    [
        {"failure": "unknown"},
        {"failure": "dropped", "times": 0},
        {"failure": "dropped", "times": "2"},
        {"failure": "dropped", "often": 2},
        {},
        [],
        3,
    ],
)
def test_refuses_a_failure_that_it_does_not_know(client, body):
    assert client.http.post("/_control/failures", json=body).status_code == 400
    assert client.http.get("/_control/failures").json() == {"failures": []}


def test_lists_the_failures_that_are_left(client):
    plan(client, "dropped", times=2)
    assert plan(client, "overloaded", after=1).json() == {
        "failures": [
            {"failure": "dropped", "times": 2, "after": 0},
            {"failure": "overloaded", "times": 1, "after": 1},
        ]
    }
    assert len(SPECIAL) == 4
    assert {provider_of(dialect) for dialect in DIALECTS} == set(FAILURES)
