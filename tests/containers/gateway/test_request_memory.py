"""How much of the supervisor's memory the requests of an agent may take."""

import socket
import threading
import time

import pytest

from runner.gateway.http_messages import MAX_PARTS, MAX_REQUEST_BYTES, UncountableError, read_call
from runner.gateway.request_memory import MAX_HELD_BYTES, RequestMemory
from tests.containers.gateway.test_gateway import ANTHROPIC, post, provider, start  # noqa: F401 - fixtures


def test_requests_together_take_no_more_than_the_limit():
    memory = RequestMemory(100)
    assert memory.take(60, lambda: True)
    waiting = threading.Thread(target=lambda: memory.take(60, lambda: True), daemon=True)
    waiting.start()
    waiting.join(0.1)
    assert waiting.is_alive()
    memory.give_back(60)
    waiting.join(5)
    assert not waiting.is_alive()


def test_an_agent_that_has_hung_up_does_not_wait_for_memory():
    memory = RequestMemory(100)
    memory.take(60, lambda: True)
    assert not memory.take(60, lambda: False)
    assert memory.take(40, lambda: False)


def test_the_largest_request_fits():
    assert RequestMemory().take(MAX_REQUEST_BYTES, lambda: False)
    assert MAX_HELD_BYTES >= MAX_REQUEST_BYTES


def test_a_request_is_read_once_there_is_room(provider, start):  # noqa: F811
    provider.answers(ANTHROPIC)
    gateway = start()
    gateway._server.memory = RequestMemory(1000)
    head = b"POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Length: 600\r\n\r\n"
    statuses = []
    with socket.create_connection(("127.0.0.1", gateway.port)) as slow:
        slow.sendall(head + b"x")
        time.sleep(0.05)
        body = b" " * 600
        quick = threading.Thread(target=lambda: statuses.append(post(gateway, body=body).status_code))
        quick.start()
        quick.join(0.15)
        assert quick.is_alive()
        assert provider.requests == []
    quick.join(5)
    assert statuses == [200]
    assert gateway._server.memory.take(1000, lambda: False)


def test_a_request_makes_room_once_it_is_sent(provider, start):  # noqa: F811
    provider.answers(ANTHROPIC, held=True)
    gateway = start()
    gateway._server.memory = RequestMemory(1000)
    threads = [threading.Thread(target=lambda: post(gateway, body=b" " * 900)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(400):
        if len(provider.requests) == 3:
            break
        time.sleep(0.005)
    assert len(provider.requests) == 3
    provider.go.release(3)
    for thread in threads:
        thread.join(5)


def test_a_request_that_no_provider_takes_is_refused_in_its_own_shape(provider, start):  # noqa: F811
    gateway = start()
    answer = post(gateway, body=b" " * (MAX_REQUEST_BYTES + 1))
    assert (answer.status_code, answer.json()["error"]["type"]) == (413, "request_too_large")
    assert f"{MAX_REQUEST_BYTES:,} bytes" in answer.json()["error"]["message"]
    assert provider.requests == []


@pytest.mark.parametrize("body", [b"[" + b"0," * MAX_PARTS + b"0]", b'{"a":' * 100_000])
def test_refuses_a_request_that_takes_too_much_memory_to_parse(body):
    with pytest.raises(UncountableError):
        read_call("chat", "/v1/chat/completions", body, "")
