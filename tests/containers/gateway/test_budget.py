"""Calls that are open at the same time share a budget without exceeding it."""

import contextlib
import threading

import httpx
import pytest

from runner.gateway.budget import GIVEN_UP, Meter
from runner.gateway.http_messages import read_call
from runner.gateway.metering import DEFAULT_OUTPUT_TOKENS, Call, Tokens
from tests.containers.gateway.test_gateway import ANTHROPIC, booked, post, provider, start  # noqa: F401 - fixtures

PRICES = [{"model": "priced-*", "input": 1.0, "output": 10.0}]
CALL = Call("anthropic", ("priced-1",), request_bytes=400, max_output=900)


class Admission(threading.Thread):
    """A call that asks to be admitted, in its own thread."""

    def __init__(self, meter, call=CALL, is_wanted=lambda: True):
        super().__init__(daemon=True)
        self.meter, self.call, self.is_wanted, self.told = meter, call, is_wanted, None
        self.start()

    def run(self):
        self.told = self.meter.admit(self.call, self.is_wanted)

    def answer(self):
        self.join(5)
        assert not self.is_alive()
        return self.told

    def waits(self):
        self.join(0.1)
        return self.is_alive()


@pytest.mark.parametrize("budget", [{"tokens": 1500}, {"usd": 0.0150}])
def test_a_call_waits_while_open_calls_reserve_the_rest_of_the_budget(budget):
    meter = Meter(budget, PRICES)
    assert meter.admit(CALL) == meter.admit(CALL) == ""
    third = Admission(meter)
    assert third.waits()
    meter.book(CALL, "priced-1", Tokens(1, output=1))
    assert third.answer() == ""
    assert meter.refused == ""


@pytest.mark.parametrize(("budget", "text"), [({"tokens": 1500}, "tokens"), ({"usd": 0.0150}, "$0.01")])
def test_a_call_that_waited_is_refused_once_the_budget_is_spent(budget, text):
    meter = Meter(budget, PRICES)
    assert meter.admit(CALL) == meter.admit(CALL) == ""
    third = Admission(meter)
    meter.book(CALL, "priced-1", Tokens(100, output=700))
    assert third.waits()
    meter.book(CALL, "priced-1", Tokens(100, output=800))
    assert text in third.answer()
    assert text in meter.refused
    assert meter.usage()["turns"] == 2


def test_a_single_call_may_use_the_rest_of_the_budget():
    meter = Meter({"tokens": 1000, "usd": 0.001}, PRICES)
    huge = Call("anthropic", ("priced-1",), max_output=10**9)
    assert meter.admit(huge) == ""
    meter.book(huge, "priced-1", Tokens(5, output=5))
    assert meter.admit(huge) == ""


def test_a_call_that_was_not_served_reserves_nothing():
    meter = Meter({"tokens": 900}, PRICES)
    meter.admit(CALL)
    second = Admission(meter)
    assert second.waits()
    meter.take_back(CALL)
    assert second.answer() == ""


def test_calls_without_a_price_are_made_one_after_another():
    meter = Meter({"usd": 100}, PRICES)
    meter.admit(Call("chat", ("another",)))
    second = Admission(meter, Call("chat", ("another",)))
    assert second.waits()
    meter.book(Call("chat", ("another",)), "another", Tokens(1, output=1))
    assert "no price" in second.answer()


def test_a_call_whose_agent_has_hung_up_is_not_made():
    meter = Meter({"tokens": 900}, PRICES)
    meter.admit(CALL)
    wanted = threading.Event()
    wanted.set()
    second = Admission(meter, is_wanted=wanted.is_set)
    assert second.waits()
    wanted.clear()
    assert second.answer() == GIVEN_UP
    assert (meter.refused, meter.usage()["turns"]) == ("", 1)


def test_a_waiting_call_is_not_made_when_the_run_ends():
    meter = Meter({"tokens": 900}, PRICES)
    meter.admit(CALL)
    over = threading.Event()
    second = Admission(meter, is_wanted=lambda: not over.is_set())
    assert second.waits()
    over.set()
    meter.take_back(CALL)
    assert second.answer() == GIVEN_UP


def test_without_a_budget_nothing_waits():
    meter = Meter({}, [])
    assert {meter.admit(CALL) for _ in range(64)} == {""}


@pytest.mark.parametrize(
    ("request_body", "most"),
    [
        (b"{}", DEFAULT_OUTPUT_TOKENS),
        (b"not json", DEFAULT_OUTPUT_TOKENS),
        (b'{"max_tokens": 5}', 5),
        (b'{"max_completion_tokens": 6, "max_tokens": 5, "n": 2}', 12),
        (b'{"max_output_tokens": 7}', 7),
        (b'{"generationConfig": {"maxOutputTokens": 8, "candidateCount": 2}}', 16),
        (b'{"max_tokens": -1, "n": 0}', DEFAULT_OUTPUT_TOKENS),
        (b'{"max_tokens": true, "max_output_tokens": "9", "generationConfig": []}', DEFAULT_OUTPUT_TOKENS),
    ],
)
def test_a_call_says_how_much_it_allows(request_body, most):
    assert read_call("chat", "/v1/chat/completions", request_body, "").call.estimate == Tokens(
        len(request_body) // 4, output=most
    )


def test_many_concurrent_calls_exceed_the_budget_by_one_call_at_most(provider, start):  # noqa: F811
    provider.answers(ANTHROPIC)  # 127 tokens each that count
    gateway = start(budget={"tokens": 300})
    body = {"model": "priced-1", "max_tokens": 200}
    statuses = []
    threads = [
        threading.Thread(target=lambda: statuses.append(post(gateway, body=body).status_code))
        for _ in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] * 3 + [400] * 9
    usage = booked(gateway, turns=0)
    assert usage["inputTokens"] + usage["outputTokens"] == 3 * 127
    assert len(provider.requests) == 3


def test_closing_the_gateway_ends_calls_that_wait(provider, start):  # noqa: F811
    provider.streams(b"data: {}\n\n", held=True)
    gateway = start(budget={"tokens": 100})
    threads = [threading.Thread(target=lambda: _try(gateway), daemon=True) for _ in range(2)]
    for thread in threads:
        thread.start()
    while not provider.requests:
        threads[0].join(0.01)
    gateway.close()
    for thread in threads:
        thread.join(5)
        assert not thread.is_alive()
    assert len(provider.requests) == 1


def _try(gateway):
    with contextlib.suppress(httpx.HTTPError):
        post(gateway)
