"""What the gateway does when the provider does not serve a call: it waits, gives up in time, and says why."""

import http.client
import json
import socket
import threading
import time

import httpx
import pytest

from autocoder.shared.model_failures import ModelFailure
from runner.gateway import failed_try, upstream
from runner.gateway.patience import Patience, RunTime, Tries, Waits, asked_seconds
from tests.autocoder.shared.test_model_failures import anthropic, gemini, openai, quota
from tests.containers.gateway.test_gateway import (  # noqa: F401 - fixtures
    ANTHROPIC,
    TOOLS,
    booked,
    post,
    provider,
    start,
)

QUICK = Waits(first=0.01, longest=0.02, reserve=0)
FOREVER = Waits(first=60, longest=60, reserve=0)
OVERLOADED = anthropic("overloaded_error", "Overloaded")
BODY = {"model": "priced-1", "tools": TOOLS, "max_tokens": 900, "messages": []}


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (529, OVERLOADED),
        (503, b"<html>upstream connect error</html>"),
        (429, anthropic("rate_limit_error", "too many")),
        (429, gemini(429, "RESOURCE_EXHAUSTED", "too many", quota("GenerateRequestsPerMinutePerProject"))),
        (429, openai("rate_limit_exceeded", "too many", kind="tokens")),
    ],
)
def test_waits_until_a_busy_provider_serves_the_call(provider, start, status, body):  # noqa: F811
    provider.answers(ANTHROPIC)
    provider.fails(status, body, times=8)
    gateway = start(waits=QUICK)
    answer = post(gateway, body=BODY)
    assert (answer.status_code, answer.json()) == (200, ANTHROPIC)
    assert {request[3] for request in provider.requests} == {json.dumps(BODY).encode()}
    assert len(provider.requests) == 9
    assert booked(gateway, turns=1)["outputTokens"] == 7
    assert gateway.last_failure() is None


def test_says_what_is_waited_for_and_when_it_is_over(provider, start):  # noqa: F811
    provider.answers(ANTHROPIC)
    provider.fails(529, OVERLOADED)
    gateway = start(waits=QUICK)
    post(gateway, body=BODY)
    assert gateway.record.take_notices() == [
        "The model provider was overloaded or had an error of its own (529); waiting 0 s. "
        "It said: Overloaded",
        "The model provider answers again.",
    ]
    assert gateway.record.take_notices() == []


@pytest.mark.parametrize("status", [500, 502, 504])
def test_tries_three_times_when_the_server_fails(provider, start, status):  # noqa: F811
    provider.answers(ANTHROPIC)
    provider.fails(status, anthropic("api_error", "Internal server error"), times=2)
    gateway = start(waits=QUICK)
    assert post(gateway, body=BODY).status_code == 200
    provider.fails(status, anthropic("api_error", "Internal server error"), times=3)
    assert post(gateway, body=BODY).status_code == status
    assert len(provider.requests) == 6
    assert gateway.last_failure()[:3] == ("overloaded", status, "Internal server error")


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, anthropic("authentication_error", "invalid x-api-key"), "key_refused"),
        (400, anthropic("invalid_request_error", "Your credit balance is too low to access"), "no_credit"),
        (429, openai("insufficient_quota", "You exceeded your current quota"), "no_credit"),
        (429, gemini(429, "RESOURCE_EXHAUSTED", "x", quota("GenerateRequestsPerDayPerProject")), "quota"),
        (404, anthropic("not_found_error", "model: priced-1"), "model_unknown"),
        (400, openai("context_length_exceeded", "too long"), "context_too_long"),
        (400, openai("content_filter", "filtered"), "content_refused"),
        (418, {"odd": True}, "rejected"),
    ],
)
def test_passes_on_at_once_what_does_not_pass(provider, start, status, body, kind):  # noqa: F811
    provider.fails(status, body, request_id="req_1", Set_Cookie="a=b", Content_Type="application/json")
    gateway = start(waits=FOREVER)
    answer = post(gateway, body=BODY)
    assert (answer.status_code, answer.json(), answer.headers["request-id"]) == (status, body, "req_1")
    assert "set-cookie" not in answer.headers
    assert gateway.last_failure()[:2] == (kind, status)
    assert gateway.meter.usage()["turns"] == 0
    assert gateway.record.take_notices() == []


def test_a_call_that_is_served_clears_the_failure(provider, start):  # noqa: F811
    provider.answers(ANTHROPIC)
    provider.fails(401, anthropic("authentication_error", "no"))
    gateway = start()
    post(gateway, body=BODY)
    assert gateway.last_failure().kind == "key_refused"
    post(gateway, body=BODY)
    booked(gateway)
    assert gateway.last_failure() is None


def test_only_a_turn_makes_a_failed_turn_good(provider, start):  # noqa: F811
    provider.answers(ANTHROPIC)
    provider.fails(400, anthropic("invalid_request_error", "prompt is too long: 3 tokens > 2 maximum"))
    gateway = start()
    post(gateway, body=BODY)
    for turn, kind in ((False, "context_too_long"), (True, None), (False, None)):
        before = gateway.meter.usage()["outputTokens"]
        post(gateway, body=BODY if turn else {**BODY, "tools": []})
        booked(gateway, turns=gateway.meter.usage()["turns"], output=before + 7)
        until(lambda: getattr(gateway.last_failure(), "kind", None) == kind)  # noqa: B023 - called at once
    provider.fails(401, anthropic("authentication_error", "no"))
    post(gateway, body={**BODY, "tools": []})
    assert gateway.last_failure().kind == "key_refused"
    assert not gateway.record.failure.stops_work
    post(gateway, body={**BODY, "tools": []})
    until(lambda: gateway.last_failure() is None)


def test_a_failed_turn_stops_the_work_until_another_one_is_served(provider, start):  # noqa: F811
    provider.answers(ANTHROPIC)
    gateway = start()
    for tools in (TOOLS, []):
        provider.fails(401, anthropic("authentication_error", "no"))
        post(gateway, body={**BODY, "tools": tools})
        assert gateway.record.failure.stops_work
    post(gateway, body=BODY)
    until(lambda: gateway.record.failure is None)


def test_the_failure_of_a_call_that_nobody_waits_for_says_nothing(provider, start):  # noqa: F811
    provider.answers(b"", held=True)
    provider.fails(401, anthropic("authentication_error", "no"))
    gateway = start()
    with open_call(gateway):
        until(lambda: provider.requests)
    provider.go.release()
    until(lambda: not gateway._server.conversations)
    assert gateway.last_failure() is None


def test_calls_that_generate_nothing_do_not_count(provider, start):  # noqa: F811
    provider.fails(529, OVERLOADED)
    gateway = start(waits=FOREVER)
    assert post(gateway, "/v1/messages/count_tokens", BODY).status_code == 529
    assert gateway.last_failure() is None


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"retry_after_ms": "30"}, b""),
        ({"retry_after": "0"}, b""),
        ({"retry_after": "Wed, 21 Oct 2015 07:28:00 GMT"}, b""),
        ({}, b'{"error": {"details": [{"retryDelay": "0.5s"}]}}'),
    ],
)
def test_waits_as_long_as_the_provider_asks(provider, start, headers, body):  # noqa: F811
    provider.answers(ANTHROPIC)
    provider.fails(429, body, **headers)
    assert post(start(waits=FOREVER), body=BODY).status_code == 200


@pytest.mark.parametrize(
    "headers", [{"retry_after": "1000000000"}, {"retry_after": "Fri, 31 Dec 9999 23:59:59 GMT"}]
)
def test_does_not_begin_a_wait_that_is_longer_than_its_patience(provider, start, headers):  # noqa: F811
    provider.fails(429, anthropic("rate_limit_error", "x"), **headers)
    gateway = start(waits=FOREVER)
    assert post(gateway, body=BODY).status_code == 429
    assert gateway.last_failure().kind == "quota"


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        ({}, b"", None),
        ({"retry-after": "7"}, b"", 7),
        ({"retry-after": "NaN"}, b"", None),
        ({"retry-after": "-5"}, b"", None),
        ({"retry-after": "1e9"}, b"", None),
        ({"retry-after": "9" * 5000}, b"", 600),
        ({"retry-after": "٣"}, b"", None),
        ({"retry-after-ms": "1500", "retry-after": "7"}, b"", 1.5),
        ({"retry-after-ms": "9" * 5000}, b"", 600),
        ({"retry-after-ms": "-1", "retry-after": "7"}, b"", 7),
        ({"retry-after-ms": "NaN"}, b"", None),
        ({}, b'{"retryDelay": "57.5s"}', 57.5),
        ({}, b'{"retryDelay": "999999999s"}', 600),
        ({}, b'{"retryDelay": "-57s"}', None),
    ],
)
def test_reads_for_how_long_a_provider_asks_to_wait(headers, body, seconds):
    assert asked_seconds(headers, body) == seconds


def test_pauses_grow_and_are_never_shorter_than_asked():
    tries = Tries(Patience(Waits(first=1, longest=8), None))
    failure = ModelFailure("overloaded", 529, "Overloaded", passes=True)
    pauses = [tries.pause_after(failure, None) for _ in range(6)]
    for pause, most in zip(pauses, (1, 2, 4, 8, 8, 8), strict=True):
        assert most / 2 <= pause <= most
    assert tries.pause_after(failure, 20) == 20
    assert tries.pause_after(failure, 0) >= 4


def test_gives_up_before_the_agent_does_and_goes_on_in_its_next_call(provider, start):  # noqa: F811
    provider.answers(ANTHROPIC)
    provider.fails(529, OVERLOADED, times=2, retry_after_ms="400")
    gateway = start(waits=QUICK._replace(in_call=0.1))
    assert post(gateway, body=BODY).status_code == 529
    assert post(gateway, body=BODY).status_code == 529
    assert post(gateway, body=BODY).status_code == 200
    assert len(provider.requests) == 3


def test_all_calls_together_wait_for_a_limited_time_without_a_success(provider, start):  # noqa: F811
    provider.answers(ANTHROPIC)
    provider.fails(529, OVERLOADED, times=10_000)
    gateway = start(waits=QUICK._replace(in_all=0.2))
    assert post(gateway, body=BODY).status_code == 529
    assert len(provider.requests) > 2
    made = len(provider.requests)
    assert post(gateway, body=BODY).status_code == 529
    assert len(provider.requests) == made + 1
    provider.failures.clear()
    assert post(gateway, body=BODY).status_code == 200
    provider.fails(529, OVERLOADED)
    assert post(gateway, body=BODY).status_code == 200


def test_does_not_wait_into_the_end_of_the_run(provider, start):  # noqa: F811
    provider.fails(529, OVERLOADED, times=2)
    ending = RunTime(60, time.monotonic() - 45)
    gateway = start(waits=Waits(first=0.01), run_time=ending)
    assert post(gateway, body=BODY).status_code == 529
    assert len(provider.requests) == 1
    assert gateway.last_failure().kind == "overloaded"


def open_call(gateway, body=BODY):
    """Make a call without reading its answer."""
    content = json.dumps(body).encode()
    head = f"POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(content)}\r\n\r\n"
    connection = socket.create_connection(("127.0.0.1", gateway.port))
    connection.sendall(head.encode() + content)
    return connection


def until(condition):
    for _ in range(1000):
        if condition():
            return
        time.sleep(0.005)
    raise AssertionError


def test_the_wait_ends_when_the_agent_hangs_up(provider, start):  # noqa: F811
    provider.fails(529, OVERLOADED)
    gateway = start(waits=FOREVER)
    with open_call(gateway):
        until(gateway.record.take_notices)
        assert gateway._server.conversations
    until(lambda: not gateway._server.conversations)
    assert len(provider.requests) == 1
    assert gateway.meter.usage()["turns"] == 0


def test_the_wait_ends_with_the_run(provider, start):  # noqa: F811
    provider.fails(529, OVERLOADED)
    gateway = start(waits=FOREVER)
    with open_call(gateway):
        until(gateway.record.take_notices)
        gateway.close()
        assert not gateway._server.conversations
    assert len(provider.requests) == 1
    assert gateway.last_failure().kind == "overloaded"


def test_a_call_that_waits_stands_in_nobodys_way(provider, start):  # noqa: F811
    provider.answers(ANTHROPIC)
    provider.fails(529, OVERLOADED)
    gateway = start(budget={"tokens": 1000, "turns": 2}, waits=FOREVER)
    gateway._server.memory._free = 1000
    padded = {**BODY, "messages": "x" * 800}
    with open_call(gateway, padded):
        until(gateway.record.take_notices)
        assert gateway.meter.usage()["turns"] == 0
        assert post(gateway, body=padded).status_code == 200
    assert booked(gateway, turns=1)["outputTokens"] == 7


def test_a_call_that_waited_is_refused_if_others_have_spent_the_budget(provider, start):  # noqa: F811
    provider.answers(ANTHROPIC)
    provider.fails(529, OVERLOADED, retry_after_ms="500")
    gateway = start(budget={"turns": 1}, waits=FOREVER)
    statuses = []
    waiting = threading.Thread(target=lambda: statuses.append(post(gateway, body=BODY).status_code))
    waiting.start()
    until(gateway.record.take_notices)
    assert post(gateway, body=BODY).status_code == 200
    waiting.join(10)
    assert statuses == [400]
    assert gateway.meter.refused == "the run's budget of 1 turns is spent"
    assert len(provider.requests) == 2


def test_a_request_for_which_there_is_no_room_is_not_sent_again(provider, start):  # noqa: F811
    provider.fails(529, OVERLOADED)
    gateway = start(waits=FOREVER)
    gateway._server.kept._free = 10
    assert post(gateway, body=BODY).status_code == 529
    assert len(provider.requests) == 1
    assert gateway._server.kept._free == 10


def test_gives_the_memory_of_each_request_back(provider, start):  # noqa: F811
    provider.answers(ANTHROPIC)
    gateway = start(waits=QUICK)
    before = gateway._server.kept._free, gateway._server.memory._free
    provider.fails(529, OVERLOADED, times=2)
    post(gateway, body=BODY)
    provider.fails(401, OVERLOADED)
    post(gateway, body=BODY)
    provider.cuts = ["silent"]
    post(gateway, body=BODY)
    post(gateway, body={**BODY, "background": True})
    until(lambda: (gateway._server.kept._free, gateway._server.memory._free) == before)


def test_waits_while_the_provider_cannot_be_reached(provider, start, monkeypatch):  # noqa: F811
    provider.answers(ANTHROPIC)
    gateway = start(waits=QUICK)
    there, tried = gateway._server.upstream, []
    with socket.create_server(("127.0.0.1", 0)) as server:
        nobody = f"http://127.0.0.1:{server.getsockname()[1]}"

    def connect(url, timeout):
        tried.append(url)
        return http.client.HTTPConnection(
            "127.0.0.1", int((nobody if len(tried) < 4 else there.url).rpartition(":")[2]), timeout=timeout
        )

    monkeypatch.setattr(upstream, "connect", connect)
    assert post(gateway, body=BODY).status_code == 200
    assert len(tried) == 4
    assert booked(gateway, turns=1)["outputTokens"] == 7


def test_a_call_that_was_lost_after_it_was_sent_is_booked_and_left_to_the_agent(provider, start):  # noqa: F811
    provider.answers(ANTHROPIC)
    provider.cuts = ["silent"]
    gateway = start(waits=FOREVER)
    assert post(gateway, body=BODY).status_code == 502
    assert booked(gateway, turns=1)["outputTokens"] == 900
    assert gateway.last_failure()[:2] == ("network", None)
    assert len(provider.requests) == 1


@pytest.mark.parametrize(
    ("event", "kind", "said"),
    [
        (OVERLOADED, "overloaded", "Overloaded"),
        (
            {"type": "message_delta", "delta": {"stop_reason": "refusal"}, "usage": {"output_tokens": 7}},
            "content_refused",
            "refusal",
        ),
    ],
)
def test_sees_a_failure_in_a_stream_that_began_well(provider, start, event, kind, said):  # noqa: F811
    first = {"type": "message_start", "message": {"model": "priced-1", "usage": {"input_tokens": 3}}}
    provider.streams(first, event)
    gateway = start(waits=FOREVER)
    answer = post(gateway, body={**BODY, "stream": True})
    assert answer.status_code == 200
    until(gateway.last_failure)
    assert gateway.last_failure()[::2] == (kind, said)


def test_an_answer_that_is_cut_off_is_a_failure_of_the_network(provider, start):  # noqa: F811
    provider.answers(ANTHROPIC)
    provider.cuts = ["early"]
    gateway = start(waits=FOREVER)
    with pytest.raises(httpx.RemoteProtocolError):
        post(gateway, body=BODY)
    until(gateway.last_failure)
    assert gateway.last_failure().kind == "network"


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"x" * 1_000_000, {}),
        (b'{"error": ' * 100_000, {}),
        (b"\x1f\x8b\x08", {"Content_Encoding": "gzip"}),
        (b'{"error": {"message": "short"}}', {"Content_Length": "100"}),
    ],
)
def test_reads_a_bounded_part_of_a_hostile_failure(provider, start, body, headers):  # noqa: F811
    provider.answers(ANTHROPIC)
    provider.fails(400, body, Connection="close", **headers)
    gateway = start(waits=QUICK)
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=10)
    connection.request("POST", "/v1/messages", json.dumps(BODY))
    answer = connection.getresponse()
    assert answer.status == 400
    assert len(answer.read()) <= 64_000
    connection.close()
    assert gateway.last_failure().kind == "rejected"
    assert post(gateway, body=BODY).status_code == 200


def test_does_not_wait_for_the_end_of_a_failure(provider, start, monkeypatch):  # noqa: F811
    monkeypatch.setattr(failed_try, "MAX_ERROR_SECONDS", 0.2)
    provider.answers(ANTHROPIC)
    provider.fails(529, OVERLOADED, Content_Length="10000")
    gateway = start()
    answer = post(gateway, body=BODY)
    assert (answer.status_code, answer.json()) == (529, OVERLOADED)
    assert gateway.last_failure().kind == "overloaded"
    assert post(gateway, body=BODY).status_code == 200


@pytest.mark.parametrize(
    ("head", "body", "is_read"),
    [
        (b"Content-Length: 0", b"", True),
        (b"Content-Length: 3", b"abc", True),
        (b"Content-Length: 64000", b"x" * 64_000, True),
        (b"Content-Length: 64001", b"x" * 64_000, False),
        (b"Transfer-Encoding: chunked", b"3\r\nabc\r\n0\r\n\r\n", True),
        (b"Transfer-Encoding: chunked", b"fa01\r\n" + b"x" * 64_000, False),
        (b"Transfer-Encoding: chunked", b"odd\r\n", False),
    ],
)
def test_uses_a_connection_again_only_if_the_failure_was_read_to_its_end(head, body, is_read):
    here, there = socket.socketpair()
    with here, there:
        here.settimeout(5)
        there.sendall(b"HTTP/1.1 400 Bad Request\r\n" + head + b"\r\n\r\n" + body)
        answer = http.client.HTTPResponse(here, method="POST")
        answer.begin()
        assert failed_try.read_failed_try(answer, here.settimeout).is_whole == is_read
        answer.close()
