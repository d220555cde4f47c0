import pytest

from tests.containers.agents.at_work import PLACEHOLDER, Model, Run, lacking, needs_installation
from tests.emulators.running import running


@pytest.fixture(scope="session")
def model_url(tmp_path_factory):
    with running("model_provider", tmp_path_factory.mktemp("model"), "--key", PLACEHOLDER) as program:
        yield program.url


@pytest.fixture
def model(model_url):
    model = Model(model_url)
    model.forget()
    yield model
    model.forget()
    model.http.close()


@pytest.fixture
def run(agent, model, tmp_path):
    """A run of *agent*, whose program must be installed."""
    needs_installation(agent)
    if lacking.get(agent):
        pytest.fail(lacking[agent], pytrace=False)
    return Run(agent, tmp_path, model.url)
