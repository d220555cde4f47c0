import gzip
import http.client
import json
import socket
import threading
import time

import httpx
import pytest

from runner.blobs import ExchangeError
from runner.gateway.budget import Meter
from runner.gateway.patience import Waits
from runner.gateway.server import MAX_CONNECTIONS, Gateway
from runner.gateway.upstream import Upstream
from tests.containers.provider import Provider

KEY = "the-model-key-of-this-run"
IMPATIENT = Waits(in_all=0)
TOOLS = [{"name": "bash"}]
PRICES = [{"model": "priced-*", "input": 1.0, "output": 10.0, "cached": 0.1, "cacheWrite": 2.0}]
ANTHROPIC = {
    "model": "priced-1",
    "usage": {
        "input_tokens": 100,
        "cache_read_input_tokens": 50,
        "cache_creation_input_tokens": 20,
        "output_tokens": 7,
    },
}
CHAT = {
    "model": "priced-1",
    "usage": {"prompt_tokens": 150, "completion_tokens": 7, "prompt_tokens_details": {"cached_tokens": 50}},
}
RESPONSES = {
    "model": "priced-1",
    "usage": {"input_tokens": 150, "output_tokens": 7, "input_tokens_details": {"cached_tokens": 50}},
}
GEMINI = {
    "modelVersion": "priced-1",
    "usageMetadata": {
        "promptTokenCount": 150,
        "cachedContentTokenCount": 50,
        "candidatesTokenCount": 4,
        "thoughtsTokenCount": 3,
    },
}


@pytest.fixture
def provider():
    started = Provider()
    yield started
    started.close()


@pytest.fixture
def start(provider):
    """Starts gateways to the provider, and closes them."""
    gateways = []

    def starter(name="anthropic", path="", budget=None, prices=PRICES, waits=IMPATIENT, run_time=None):
        meter = Meter(budget or {}, prices)
        upstream = Upstream(name, provider.url + path, KEY)
        gateway = Gateway(("127.0.0.1", 0), upstream, meter, run_time, waits)
        gateways.append(gateway)
        gateway.url = f"http://127.0.0.1:{gateway.port}"
        return gateway

    yield starter
    for gateway in gateways:
        gateway.close()


def post(gateway, path="/v1/messages", body=None, **options):
    body = {"model": "priced-1", "tools": TOOLS} if body is None else body
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return httpx.post(gateway.url + path, content=content, trust_env=False, timeout=10, **options)


def booked(gateway, turns=1, output=1):
    """The usage once at least *output* tokens are booked, which may be shortly after the answer arrived."""
    for _ in range(200):
        usage = gateway.meter.usage()
        if usage["outputTokens"] >= output or (output == 1 and usage["inputTokens"]):
            break
        time.sleep(0.005)
    assert usage["turns"] == turns
    return usage


@pytest.mark.parametrize(
    ("name", "header", "value"),
    [
        ("anthropic", "x-api-key", KEY),
        ("openai", "Authorization", f"Bearer {KEY}"),
        ("azure", "api-key", KEY),
        ("gemini", "x-goog-api-key", KEY),
    ],
)
def test_replaces_every_credential_by_the_runs_own(provider, start, name, header, value):
    sent = {
        "x-api-key": "a",
        "Authorization": "Bearer b",
        "api-key": "c",
        "x-goog-api-key": "d",
        "Cookie": "e",
    }
    post(start(name), "/v1/messages?beta=true&key=f", headers={**sent, "anthropic-beta": "x"})
    _, path, headers, body = provider.requests[0]
    assert path == "/v1/messages?beta=true"
    assert headers[header] == value
    assert not [n for n in sent if n != header and n in headers]
    assert headers["anthropic-beta"] == "x"
    assert headers["Host"] == provider.url.removeprefix("http://")
    assert json.loads(body) == {"model": "priced-1", "tools": TOOLS}


@pytest.mark.parametrize(
    ("name", "path", "answer"),
    [
        ("anthropic", "/v1/messages", ANTHROPIC),
        ("openai", "/v1/chat/completions", CHAT),
        ("openai", "/v1/responses", RESPONSES),
        ("azure", "/openai/deployments/mine/chat/completions?api-version=2024-10-21", CHAT),
        ("azure", "/openai/v1/responses", RESPONSES),
        ("gemini", "/v1beta/models/priced-1:generateContent", GEMINI),
    ],
)
def test_counts_and_prices_an_answer(provider, start, name, path, answer):
    provider.answers(answer)
    gateway = start(name)
    assert post(gateway, path).json() == answer
    usage = booked(gateway)
    written = 20 if name == "anthropic" else 0
    assert (usage["inputTokens"], usage["cachedTokens"], usage["outputTokens"]) == (100 + written, 50, 7)
    assert usage["costUsd"] == pytest.approx((100 + 50 * 0.1 + written * 2 + 7 * 10) / 1e6)
    assert usage["models"] == ["priced-1"]


STREAMS = {
    "/v1/messages": [
        {
            "type": "message_start",
            "message": {**ANTHROPIC, "usage": {**ANTHROPIC["usage"], "output_tokens": 1}},
        },
        {"type": "content_block_delta", "delta": {"text": 'not a "usage": 5'}},
        {"type": "message_delta", "usage": {"output_tokens": 7}},
        {"type": "message_stop"},
    ],
    "/v1/chat/completions": [
        {"model": "priced-1", "choices": [{"delta": {}}], "usage": None},
        {"choices": [], **CHAT},
        b"data: [DONE]\n\n",
    ],
    "/v1/responses": [
        {"type": "response.created", "response": {"model": "priced-1", "usage": None}},
        {"type": "response.completed", "response": RESPONSES},
    ],
    "/v1beta/models/priced-1:streamGenerateContent?alt=sse": [
        {"modelVersion": "priced-1", "usageMetadata": {"promptTokenCount": 150, "candidatesTokenCount": 1}},
        GEMINI,
    ],
}


@pytest.mark.parametrize("path", STREAMS)
def test_counts_a_stream_wherever_its_pieces_are_cut(provider, start, path):
    whole = b"".join(
        p if isinstance(p, bytes) else f"data: {json.dumps(p)}\n\n".encode() for p in STREAMS[path]
    )
    provider.streams(*[whole[i : i + 37] for i in range(0, len(whole), 37)])
    gateway = start()
    assert post(gateway, path).content == whole
    usage = booked(gateway)
    assert (usage["cachedTokens"], usage["outputTokens"]) == (50, 7)
    assert usage["models"] == ["priced-1"]


def test_a_stream_passes_through_piece_by_piece(provider, start):
    provider.streams(*STREAMS["/v1/messages"], held=True)
    gateway = start()
    with httpx.stream("POST", f"{gateway.url}/v1/messages", json={}, trust_env=False, timeout=10) as answer:
        pieces = answer.iter_raw()
        for piece in STREAMS["/v1/messages"]:
            provider.go.release()
            assert json.dumps(piece).encode() in next(pieces)


def test_counts_a_compressed_answer(provider, start):
    provider.answers(gzip.compress(json.dumps(ANTHROPIC).encode()), **{"Content-Encoding": "gzip"})
    gateway = start()
    assert post(gateway).json() == ANTHROPIC
    assert booked(gateway)["outputTokens"] == 7
    assert provider.requests[0][2]["Accept-Encoding"] == "identity"


def test_reads_a_compressed_request(provider, start):
    body = gzip.compress(json.dumps({"model": "priced-1"}).encode())
    gateway = start()
    post(gateway, body=body, headers={"Content-Encoding": "gzip"})
    assert provider.requests[0][3] == body
    assert gateway.meter.usage()["turns"] == 0


def test_a_turn_is_a_call_that_offers_tools_and_was_served(provider, start):
    gateway = start()
    for body in ({}, {"tools": []}, {"tools": TOOLS}, {"functions": TOOLS}, b"not json"):
        post(gateway, body=body)
    assert gateway.meter.usage()["turns"] == 3
    post(gateway, "/v1/messages/count_tokens")
    provider.answers({"error": "busy"}, status=529)
    assert post(gateway).status_code == 529
    assert gateway.meter.usage()["turns"] == 3


def test_tools_that_are_an_item_of_the_input_are_offered_too(start):
    gateway = start("openai")
    added = {"type": "additional_tools", "role": "developer", "tools": TOOLS}
    for given in ("Say hello.", [{"role": "user", "content": "Say hello."}], [added, "odd"]):
        post(gateway, "/v1/responses", body={"model": "priced-1", "input": given})
    assert gateway.meter.usage()["turns"] == 1


def refused(answer, provider, dialect):
    """Whether *answer* is a refusal in that provider's own format, with a status that no client retries."""
    assert answer.status_code == 400
    error = answer.json()["error"]
    if dialect == "anthropic":
        assert (answer.json()["type"], error["type"]) == ("error", "invalid_request_error")
    elif dialect == "gemini":
        assert (error["code"], error["status"]) == (400, "FAILED_PRECONDITION")
    else:
        assert (error["type"], error["code"], error["param"]) == (
            "invalid_request_error",
            "budget_spent",
            None,
        )
    return error["message"]


@pytest.mark.parametrize(
    ("dialect", "path", "answer"),
    [
        ("anthropic", "/v1/messages", ANTHROPIC),
        ("chat", "/v1/chat/completions", CHAT),
        ("responses", "/v1/responses", RESPONSES),
        ("gemini", "/v1beta/models/priced-1:generateContent", GEMINI),
    ],
)
@pytest.mark.parametrize(
    ("budget", "text"),
    [({"turns": 1}, "1 turns"), ({"tokens": 107}, "107 tokens"), ({"usd": 0.0001}, "$0.00")],
)
def test_refuses_every_call_once_a_budget_is_spent(provider, start, dialect, path, answer, budget, text):
    provider.answers(answer)
    gateway = start(budget=budget)
    assert post(gateway, path).status_code == 200
    assert gateway.meter.refused == ""
    booked(gateway)
    message = refused(post(gateway, path), provider, dialect)
    assert text in message
    assert len(provider.requests) == 1
    assert text in gateway.meter.refused


def test_calls_at_the_same_time_do_not_overrun_the_turns(provider, start):
    provider.streams(*STREAMS["/v1/messages"], held=True)
    gateway = start(budget={"turns": 3})
    statuses = []
    threads = [threading.Thread(target=lambda: statuses.append(post(gateway).status_code)) for _ in range(8)]
    for thread in threads:
        thread.start()
    provider.go.release(1000)
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] * 3 + [400] * 5


def test_without_a_price_tokens_count_and_the_cost_is_unknown(provider, start):
    provider.answers({**ANTHROPIC, "model": "another"})
    gateway = start(budget={"usd": 1, "tokens": 1000})
    post(gateway, body={"model": "another", "tools": TOOLS})
    usage = booked(gateway)
    assert (usage["costUsd"], usage["inputTokens"]) == (None, 120)
    assert post(gateway).status_code == 200


def test_refuses_a_cost_limit_without_a_price_and_without_a_token_limit(provider, start):
    provider.answers({**ANTHROPIC, "model": "another"})
    gateway = start(budget={"usd": 1})
    post(gateway, body={"model": "another"})
    booked(gateway, turns=0)
    assert "no price" in refused(post(gateway), provider, "anthropic")


def test_the_price_is_that_of_the_model_that_answered(provider, start):
    provider.answers({**CHAT, "model": "priced-1-2025-01-01"})
    gateway = start("azure")
    post(gateway, "/openai/deployments/mine/chat/completions", {"tools": TOOLS})
    assert booked(gateway)["costUsd"] is not None


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/messages/batches"),
        ("POST", "/v1/files"),
        ("GET", "/v1/files"),
        ("GET", "/v1/responses/resp_1"),
        ("DELETE", "/v1/models/x"),
        ("PUT", "/v1/messages"),
        ("OPTIONS", "/v1/messages"),
        ("POST", "/v1/../admin/messages"),
        ("POST", "/v1/%2e%2e/messages"),
        ("POST", "/v1/messages%0d%0aX:1"),
        ("GET", "/v1/organizations/api_keys"),
    ],
)
def test_forwards_only_calls_that_it_can_count(provider, start, method, path):
    connection = http.client.HTTPConnection("127.0.0.1", start().port, timeout=10)
    connection.request(method, path, b"{}")
    assert connection.getresponse().status == 404
    assert provider.requests == []


@pytest.mark.parametrize(("method", "path"), [("GET", "/v1/models"), ("GET", "/v1/models/x"), ("HEAD", "/")])
def test_questions_about_models_are_free(provider, start, method, path):
    gateway = start(budget={"turns": 1})
    for _ in range(3):
        assert httpx.request(method, gateway.url + path, trust_env=False).status_code == 200
    assert len(provider.requests) == 3


def test_background_responses_are_refused(provider, start):
    gateway = start("openai")
    assert post(gateway, "/v1/responses", {"background": True}).status_code == 400
    assert post(gateway, "/v1/responses", b"x", headers={"Content-Encoding": "zstd"}).status_code == 400
    assert provider.requests == []
    assert gateway.meter.refused == ""


def raw(gateway, text):
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=10) as connection:
        connection.sendall(text.encode())
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
        return int(answer.split(b" ")[1]) if answer else 0


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("POST http://evil.example/v1/messages HTTP/1.1\r\nHost: evil.example\r\n\r\n", 400),
        ("POST http://evil.example/v1/messages HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 404),
        ("CONNECT evil.example:443 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 404),
        ("POST /v1/messages HTTP/1.1\r\nHost: evil.example\r\n\r\n", 400),
        ("POST /v1/messages HTTP/1.1\r\nHost: 127.0.0.1.evil.example\r\n\r\n", 400),
        ("POST /v1/messages HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n", 400),
        ("POST /v1/messages HTTP/1.1\r\n\r\n", 400),
        ("POST @evil.example/v1/messages HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 404),
        ("POST /v1/messages HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n\r\n", 400),
        ("POST /v1/messages HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99999999999\r\n\r\n", 413),
        ("POST /v1/messages HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\n\r\nab", 400),
        (
            "POST /v1/messages HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\n"
            "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
            400,
        ),
        ("POST /v1/messages HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        ("NONSENSE / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 501),
    ],
)
def test_cannot_be_redirected_to_another_host_or_confused(provider, start, text, status):
    assert raw(start(), text) == status
    assert provider.requests == []


def test_forwards_a_chunked_request(provider, start):
    head = "POST /v1/messages HTTP/1.1\r\nHost: localhost:8080\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert raw(start(), head + "5\r\nhello\r\n6;x=y\r\n world\r\n0\r\n\r\n") == 200
    assert provider.requests[0][3] == b"hello world"


def test_a_base_path_of_the_provider_is_kept(provider, start):
    post(start(path="/proxy/"), "/v1/messages")
    assert provider.requests[0][1] == "/proxy/v1/messages"


def test_an_unreachable_provider_is_a_502_in_its_own_shape(start, provider):
    gateway = start()
    provider.close()
    answer = post(gateway)
    assert (answer.status_code, answer.json()["type"]) == (502, "error")
    assert gateway.meter.usage()["turns"] == 0


@pytest.mark.parametrize("url", ["http://example.com", "ftp://127.0.0.1", "", "https://"])
def test_never_sends_the_key_unencrypted(url):
    with pytest.raises(ExchangeError):
        Gateway(("127.0.0.1", 0), Upstream("openai", url, KEY), Meter({}, ()))


def test_closing_ends_open_calls_and_books_them(provider, start):
    provider.streams(*STREAMS["/v1/messages"], held=True)
    gateway = start()
    with httpx.stream("POST", f"{gateway.url}/v1/messages", json={}, trust_env=False, timeout=10) as answer:
        provider.go.release()
        next(answer.iter_raw())
        began = time.perf_counter()
        gateway.close()
        assert time.perf_counter() - began < 1
    assert gateway.meter.usage()["inputTokens"] == 120
    with pytest.raises(httpx.TransportError):
        post(gateway)


def test_the_number_of_connections_is_bounded(provider, start):
    gateway = start()
    held = [socket.create_connection(("127.0.0.1", gateway.port)) for _ in range(MAX_CONNECTIONS)]
    time.sleep(0.1)
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=5) as one_more:
        assert one_more.recv(1) == b""
    for connection in held:
        connection.close()


def test_logs_nothing(provider, start, capfd):
    gateway = start()
    post(gateway)
    raw(gateway, "POST /v1/messages HTTP/1.1\r\nbroken\x00 header\r\n\r\n")
    assert capfd.readouterr() == ("", "")


def test_serves_one_call_after_another_on_the_same_connection(provider, start):
    provider.answers(ANTHROPIC)
    body = {"model": "priced-1", "messages": [{"role": "user", "content": "x"}]}
    with httpx.Client(trust_env=False) as client:
        url = f"{start().url}/v1/messages"
        assert [client.post(url, json=body).status_code for _ in range(3)] == [200, 200, 200]
