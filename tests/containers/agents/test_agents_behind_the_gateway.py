"""Every agent's real program behind the model gateway: it waits with it, and is told to finish."""

import json
import time

import pytest

from runner.gateway.budget import Meter
from runner.gateway.patience import RunTime, Waits
from runner.gateway.server import Gateway
from runner.gateway.upstream import Upstream
from tests.containers.agents.at_work import AGENTS, PLACEHOLDER, SAMPLE, each_agent

TITLE = json.loads((SAMPLE / "work_item.json").read_text())["title"]


@pytest.fixture
def behind(agent, run, model):
    """Put the agent of *run* behind a gateway, whose run has the time that is given."""
    gateways = []

    def put(run_time=None):
        upstream = Upstream(AGENTS[agent].provider, model.url, PLACEHOLDER)
        meter = Meter({}, ())
        gateways.append(Gateway(("127.0.0.1", 0), upstream, meter, run_time, Waits(first=0.2)))
        run.model_url = f"http://127.0.0.1:{gateways[-1].port}"
        return gateways[-1]

    yield put
    for gateway in gateways:
        gateway.close()
    model.http.delete("/_control/failures")


@each_agent()
def test_a_model_that_is_overloaded_for_a_while_is_only_slow(agent, run, model, behind):
    gateway = behind()
    plan = {"failure": "overloaded", "times": 4, "after": 1}
    assert model.http.post("/_control/failures", json=plan).status_code == 200
    ended = run.do(f"# {TITLE}\n\nPlease do it.\n", seconds=90)
    assert ended.well, ended.log[-3000:]
    assert "README.md" in run.git("status", "--porcelain")
    notices = gateway.record.take_notices()
    assert len([notice for notice in notices if "waiting" in notice]) == 4
    assert notices[-1] == "The model provider answers again."
    assert gateway.last_failure() is None


@each_agent()
def test_an_agent_that_is_told_to_finish_works_on_to_its_end(agent, run, behind):
    gateway = behind(RunTime(600, time.monotonic() - 500))
    ended = run.do(f"# {TITLE}\n\nPlease do it.\n", seconds=90)
    assert ended.well, ended.log[-3000:]
    assert gateway.told_to_finish == "75 % of 10 minutes"
    assert gateway.last_failure() is None


@each_agent()
@pytest.mark.parametrize(
    ("failure", "kind"), [("model_unknown", "model_unknown"), ("context_too_long", "context_too_long")]
)
def test_the_gateway_knows_why_an_agent_failed(agent, run, model, behind, failure, kind):
    gateway = behind()
    plan = {"failure": failure, "times": 1000}
    assert model.http.post("/_control/failures", json=plan).status_code == 200
    assert not run.do("Do something.", seconds=60).well  # one of them goes on until its time is up
    assert gateway.last_failure().kind == kind
    assert gateway.last_failure().said
