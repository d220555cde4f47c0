import pytest

from tests.emulators.model_provider.dialect import DIALECTS, KEY, Client
from tests.emulators.running import running


@pytest.fixture(scope="session")
def provider_url(tmp_path_factory):
    with running("model_provider", tmp_path_factory.mktemp("state"), "--key", KEY) as program:
        yield program.url


@pytest.fixture
def client(provider_url):
    client = Client(provider_url)
    client.http.delete("/_control/faults")
    client.http.delete("/_control/requests")
    yield client
    client.http.close()


@pytest.fixture(params=DIALECTS, ids=lambda dialect: dialect.name)
def dialect(request):
    return request.param
