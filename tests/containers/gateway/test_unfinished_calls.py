"""What a call costs if its answer was cut off or the agent hung up."""

import json
import socket
import time

import httpx
import pytest

from runner.gateway import answering
from runner.gateway.http_messages import UNSEEN_INPUT, read_call
from runner.gateway.metering import DEFAULT_OUTPUT_TOKENS, Tokens
from runner.gateway.patience import Waits
from tests.containers.gateway.test_gateway import (  # noqa: F401 - fixtures
    ANTHROPIC,
    CHAT,
    RESPONSES,
    STREAMS,
    TOOLS,
    booked,
    post,
    provider,
    start,
)

BODY = {"model": "priced-1", "tools": TOOLS, "max_tokens": 900}
CHAT_PATH = "/v1/chat/completions"


def hang_up(gateway, provider, path="/v1/messages", body=BODY):  # noqa: F811
    """Make a call and hang up once the provider has it."""
    content = json.dumps(body).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(content)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", gateway.port)) as connection:
        connection.sendall(head.encode() + content)
        while not provider.requests:
            time.sleep(0.005)
    time.sleep(0.02)


@pytest.mark.parametrize(
    ("path", "answer"), [("/v1/messages", ANTHROPIC), (CHAT_PATH, CHAT), ("/v1/responses", RESPONSES)]
)
def test_an_answer_to_an_agent_that_hung_up_is_counted(provider, start, path, answer):  # noqa: F811
    provider.answers(answer, held=True)
    gateway = start()
    hang_up(gateway, provider, path)
    provider.go.release()
    usage = booked(gateway)
    assert (usage["cachedTokens"], usage["outputTokens"]) == (50, 7)


@pytest.mark.parametrize("path", STREAMS)
def test_a_stream_to_an_agent_that_hung_up_is_counted_to_its_end(provider, start, path):  # noqa: F811
    first, *rest = STREAMS[path]
    filling = [{"type": "response.output_text.delta", "choices": [{"delta": {}}]}] * 50
    provider.streams(first, *filling, *rest, held=True)
    gateway = start()
    body = json.dumps({"stream": True, **BODY}).encode()
    with httpx.stream("POST", gateway.url + path, content=body, trust_env=False) as answer:
        provider.go.release(10)
        next(answer.iter_raw())
    provider.go.release(1000)
    usage = booked(gateway)
    assert (usage["cachedTokens"], usage["outputTokens"]) == (50, 7)


def test_the_wait_for_an_answer_is_bounded(provider, start, monkeypatch):  # noqa: F811
    monkeypatch.setattr(answering, "MAX_UNHEARD_SECONDS", 0.2)
    provider.streams(STREAMS["/v1/messages"][0], *[b": ping\n\n"] * 20, b": never\n\n", held=True)
    gateway = start()
    hang_up(gateway, provider)
    provider.go.release(21)
    usage = booked(gateway)
    assert (usage["inputTokens"], usage["outputTokens"]) == (120, 900)


def test_closing_books_the_most_that_an_open_call_may_use(provider, start):  # noqa: F811
    provider.answers(ANTHROPIC, held=True)
    gateway = start()
    hang_up(gateway, provider)
    began = time.monotonic()
    gateway.close()
    assert time.monotonic() - began < 0.9
    usage = gateway.meter.usage()
    assert (usage["turns"], usage["outputTokens"]) == (1, 900)
    assert usage["inputTokens"] == len(json.dumps(BODY)) // 4


@pytest.mark.parametrize("allowed", [{}, {"max_tokens": 900}])
def test_a_stream_that_never_reports_usage_costs_the_most_that_it_may_use(provider, start, allowed):  # noqa: F811
    provider.streams(*[{"choices": [{"delta": {"content": "x"}}]}] * 40, b"data: [DONE]\n\n")
    gateway = start("openai")
    post(gateway, CHAT_PATH, {"model": "priced-1", "messages": "x" * 4000, "tools": TOOLS, **allowed})
    usage = booked(gateway)
    assert usage["inputTokens"] > 1000
    assert usage["outputTokens"] == allowed.get("max_tokens", DEFAULT_OUTPUT_TOKENS)


def test_the_tokens_seen_count_if_they_are_more(provider, start):  # noqa: F811
    provider.streams(*[{"choices": [{"delta": {"content": "x"}}]}] * 40, b"data: [DONE]\n\n")
    gateway = start("openai")
    post(gateway, CHAT_PATH, {"max_tokens": 3, "tools": TOOLS})
    assert booked(gateway)["outputTokens"] >= 40


def test_a_provider_that_ends_without_an_answer_may_bill_the_call(provider, start):  # noqa: F811
    provider.cuts = ["silent"]
    gateway = start()
    assert post(gateway, body=BODY).status_code == 502
    assert booked(gateway)["outputTokens"] == 900


def test_a_lost_call_to_a_deployment_costs_what_its_model_does(provider, start):  # noqa: F811
    provider.answers(CHAT)
    provider.cuts = ["", "silent"]
    gateway = start("azure")
    for _ in range(2):
        post(gateway, "/openai/deployments/mine/chat/completions", {"tools": TOOLS, "max_tokens": 900})
    usage = booked(gateway, turns=2)
    assert (usage["outputTokens"], usage["models"]) == (907, ["priced-1", "mine"])
    assert usage["costUsd"] > 900 * 10 / 1e6


def test_a_stream_that_the_provider_cuts_costs_the_most_that_it_may_use(provider, start):  # noqa: F811
    provider.streams(*STREAMS["/v1/messages"][:2])
    provider.cuts = ["early"]
    gateway = start()
    with pytest.raises(httpx.RemoteProtocolError):
        post(gateway, body=BODY)
    usage = booked(gateway)
    assert (usage["inputTokens"], usage["outputTokens"]) == (120, 900)


def test_the_numbers_of_an_unfinished_stream_are_not_final(provider, start):  # noqa: F811
    usage = {"promptTokenCount": 150, "candidatesTokenCount": 1}
    provider.streams({"candidates": [{"content": {}}], "usageMetadata": usage})
    provider.cuts = ["early"]
    gateway = start("gemini")
    with pytest.raises(httpx.RemoteProtocolError):
        post(gateway, "/v1beta/models/priced-1:streamGenerateContent?alt=sse", {"tools": TOOLS})
    assert booked(gateway)["outputTokens"] == DEFAULT_OUTPUT_TOKENS


def test_a_failure_that_the_provider_reports_costs_the_tokens_seen(provider, start):  # noqa: F811
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    provider.streams(STREAMS["/v1/messages"][0], error)
    gateway = start()
    post(gateway, body=BODY)
    usage = booked(gateway)
    assert (usage["inputTokens"], usage["outputTokens"]) == (120, 2)


def test_a_call_on_a_connection_that_had_ended_is_sent_again_and_costs_nothing_more(provider, start):  # noqa: F811
    provider.answers(ANTHROPIC)
    provider.cuts = ["", "silent"]
    gateway = start(waits=Waits())
    with httpx.Client(trust_env=False) as client:
        statuses = [client.post(f"{gateway.url}/v1/messages", json=BODY).status_code for _ in range(3)]
    assert statuses == [200, 200, 200]
    assert len(provider.requests) == 4
    assert booked(gateway, turns=3, output=21)["outputTokens"] == 21


def test_the_agent_learns_at_once_that_an_answer_is_cut(provider, start):  # noqa: F811
    provider.answers(ANTHROPIC)
    provider.cuts = ["early"]
    gateway = start()
    began = time.monotonic()
    with pytest.raises(httpx.RemoteProtocolError):
        post(gateway, body=BODY)
    assert time.monotonic() - began < 5
    assert booked(gateway)["outputTokens"] == 900


@pytest.mark.parametrize(
    "points",
    [
        {"previous_response_id": "resp_1", "input": "Go on."},
        {"conversation": {"id": "conv_1"}},
        {"prompt": {"id": "pmpt_1"}},
        {"cachedContent": "cachedContents/1"},
        {"input": [{"content": [{"type": "input_image", "image_url": "https://example.com/1.png"}]}]},
        {"messages": [{"content": [{"type": "image_url", "image_url": {"url": "https://example.com"}}]}]},
        {"messages": [{"content": [{"type": "document", "source": {"type": "url", "url": "https://x"}}]}]},
        {"messages": [{"content": [{"type": "document", "source": {"type": "file", "file_id": "f"}}]}]},
        {"contents": [{"parts": [{"fileData": {"fileUri": "https://x"}}]}]},
    ],
)
def test_a_call_reserves_tokens_for_input_outside_the_request(points):
    body = json.dumps(points).encode()
    assert read_call("chat", "/v1/x", body, "").call.estimate.input == len(body) // 4 + UNSEEN_INPUT


def test_input_inside_the_request_is_not_counted_twice():
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    fetched = {"type": "tool_use", "input": {"url": "https://example.com"}}
    schema = {"type": "object", "properties": {"conversation": {"type": "string"}, "file_id": {}}}
    tools = {"tools": [{"name": "x", "input_schema": schema}], "text": {"format": {"schema": schema}}}
    for request in ({"messages": [{"content": [image, fetched]}]}, {"previous_response_id": None}, tools):
        body = json.dumps(request).encode()
        assert read_call("chat", "/v1/x", body, "").call.estimate.input == len(body) // 4


@pytest.mark.parametrize("path", ["/v1/embeddings", "/v1beta/models/x:embedContent"])
def test_embeddings_have_no_output(path):
    assert read_call("chat", path, b'{"input": "x"}', "").call.estimate == Tokens(3)
