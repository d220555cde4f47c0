"""The gateway names each failure that the providers document, as the local model provider gives it."""

import httpx
import pytest

from emulators.model_provider.failures import FAILURES
from runner.gateway.budget import Meter
from runner.gateway.patience import Waits
from runner.gateway.server import Gateway
from runner.gateway.upstream import Upstream
from tests.containers.gateway.test_waiting import until
from tests.emulators.model_provider.dialect import DIALECTS, KEY
from tests.emulators.running import running

KINDS = {
    "spend_limit": "no_credit",
    "rate_limited": "quota",
    "quota_of_day": "quota",
    "server_error": "overloaded",
    "refused_answer": "content_refused",
    "broken_stream": "overloaded",
    "dropped": "network",
    "dropped_midway": "network",
}
HTTP = httpx.Client(trust_env=False, timeout=10)
PROVIDERS = {"chat": "openai", "responses": "openai"}
STREAMED = ("refused_answer", "broken_stream", "dropped_midway")
CASES = [
    (dialect, name)
    for dialect in DIALECTS
    for name in (*FAILURES[PROVIDERS.get(dialect.name, dialect.name)], *STREAMED, "dropped")
]


@pytest.fixture(scope="module")
def emulator(tmp_path_factory):
    with running("model_provider", tmp_path_factory.mktemp("state"), "--key", KEY) as program:
        yield program.url


@pytest.fixture
def gateway(emulator, request):
    dialect = request.getfixturevalue("dialect")
    provider = PROVIDERS.get(dialect.name, dialect.name)
    HTTP.delete(f"{emulator}/_control/failures")
    gateway = Gateway(
        ("127.0.0.1", 0), Upstream(provider, emulator, KEY), Meter({}, ()), waits=Waits(in_all=0)
    )
    yield gateway
    gateway.close()


def ask(gateway, dialect, *, stream):
    path = dialect.streamed_path if stream else dialect.path
    body, url = dialect.body("x", stream=stream), f"http://127.0.0.1:{gateway.port}{path}"
    return HTTP.post(url, json=body, headers=dialect.headers)


@pytest.mark.parametrize(
    ("dialect", "name"), CASES, ids=lambda value: value if isinstance(value, str) else value.name
)
@pytest.mark.parametrize("stream", [False, True])
def test_names_the_failure_and_forgets_it_when_a_call_is_served(emulator, gateway, dialect, name, stream):
    HTTP.post(f"{emulator}/_control/failures", json={"failure": name})
    try:
        ask(gateway, dialect, stream=stream)
    except httpx.RemoteProtocolError:
        assert name == "dropped_midway"
    until(gateway.last_failure)
    failure = gateway.last_failure()
    assert failure.kind == KINDS.get(name, name)
    assert failure.said
    assert ask(gateway, dialect, stream=stream).status_code == 200
    until(lambda: gateway.last_failure() is None)
