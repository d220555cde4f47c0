"""The tokens of a request's caller: redacted in this request alone, and forgotten with it."""

import asyncio
import threading

import pytest

from autocoder.clients.azure_devops.session import new_http_client
from autocoder.clients.connect import Clients, redacting
from autocoder.settings import read_settings
from tests.autocoder.requests.test_run_request import ENVIRONMENT

TOKEN = "opaque-access-token-of-a-person"


@pytest.fixture
def clients():
    return Clients(read_settings(ENVIRONMENT))


def test_a_token_is_redacted_while_its_request_lasts(clients):
    with redacting(TOKEN, ""):
        assert clients.redact(f"Bearer {TOKEN} was refused") == "Bearer [redacted] was refused"
    assert TOKEN in clients.redact(f"saw {TOKEN}")


async def test_a_thread_of_the_request_redacts_its_token(clients):
    with redacting(TOKEN):
        assert TOKEN not in await asyncio.to_thread(clients.redact, f"saw {TOKEN}")


async def test_no_other_request_redacts_it(clients):
    started, ended = asyncio.Event(), asyncio.Event()

    async def request():
        with redacting(TOKEN):
            started.set()
            await ended.wait()

    first = asyncio.create_task(request())
    await started.wait()
    assert TOKEN in clients.redact(f"saw {TOKEN}")
    assert TOKEN in await asyncio.to_thread(clients.redact, f"saw {TOKEN}")
    ended.set()
    await first


def test_no_thread_of_another_request_redacts_it(clients):
    seen = []
    with redacting(TOKEN):
        other = threading.Thread(target=lambda: seen.append(clients.redact(f"saw {TOKEN}")))
        other.start()
        other.join()
    assert seen == [f"saw {TOKEN}"]


def test_two_requests_with_one_token_end_one_after_the_other(clients):
    with redacting(TOKEN):
        with redacting(TOKEN):
            pass
        assert TOKEN not in clients.redact(f"saw {TOKEN}")


def test_nothing_keeps_the_token_after_an_error(clients):
    with pytest.raises(ValueError), redacting(TOKEN):
        clients.redact("text")
        raise ValueError
    assert TOKEN not in repr(vars(clients))


def test_a_caller_is_shown_without_their_token(clients):
    assert TOKEN not in repr(clients.caller("contoso", TOKEN))


def test_cookies_of_one_caller_are_not_sent_with_the_requests_of_another():
    import httpx

    with new_http_client() as http:
        answer = httpx.Response(200, headers={"Set-Cookie": "FedAuth=secret; Path=/"})
        answer.request = httpx.Request("GET", "https://dev.azure.com/contoso")
        http.cookies.extract_cookies(answer)
        assert list(http.cookies.jar) == []
