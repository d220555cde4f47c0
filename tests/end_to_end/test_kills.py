"""The functions host is killed (SIGKILL) at any moment, and no run is lost or duplicated."""

import contextlib
import os
import random
import time

import httpx
import pytest

from emulators.ports import AZURE_DEVOPS
from tests.end_to_end.conftest import case_on
from tests.platform import running_platform
from tests.quick_agent import quick_options

KILLS = 20
MAX_LIFE_SECONDS = 1.6  # seconds between a start of the host and its end: about as long as a run takes


@pytest.fixture(scope="module")
def mortal(tmp_path_factory):
    """A separate platform, because the shared one's host must not be killed."""
    folder = tmp_path_factory.mktemp("mortal")
    settings = {"POLL_SECONDS": "1", "MAX_CONCURRENT_RUNS": "4"}  # so that a place that is never freed shows
    with running_platform(folder / "state", **quick_options(folder / "app", settings=settings)) as platform:
        with platform.client(AZURE_DEVOPS) as control:  # the first repeat after 1 s, not after 17 minutes
            control.post("/_control/switches", json={"hookSecondsScale": 0.001}).raise_for_status()
        yield platform


@pytest.mark.slow
@pytest.mark.durable
@pytest.mark.timeout(300)
def test_20_kills_of_20_runs_give_20_pull_requests(mortal):
    seed = os.urandom(4).hex()
    chance = random.Random(seed)
    cases = []
    for _ in range(KILLS):
        cases.append(case_on(mortal).start())
        time.sleep(chance.uniform(0, MAX_LIFE_SECONDS))
        mortal.kill_host()
        mortal.start_host()
    for case in cases:
        run = case.published_once(seconds=120)
        assert run["status"] == "completed", f"seed {seed}"
    assert len(mortal.pull_requests()) == KILLS
    assert mortal.container_groups() == []
    after = case_on(mortal).start()  # nothing is held by runs that are over
    after.published_once()


def test_a_delivery_while_the_host_is_down_is_delivered_again(mortal):
    mortal.kill_host()
    item = mortal.work_item("Wait for me", "<div>QUICK write late.txt Late</div>", tags=["autocoder"])
    time.sleep(0.5)
    mortal.start_host()
    run = mortal.finished(mortal.run_of(item["id"], seconds=60))
    assert run["status"] == "completed"
    assert len(mortal.app.runs(workItemId=item["id"])) == 1


@pytest.mark.slow
@pytest.mark.durable
def test_a_host_that_dies_between_claim_and_start_leaves_no_claim_behind(mortal):
    """Kill the host during requests; a request that was not accepted can be repeated at once."""
    item = mortal.work_item("Ask again", "<div>QUICK write again.txt Again</div>")
    body = {"workItemId": item["id"], "project": "Fabrikam"}
    with contextlib.suppress(httpx.TransportError):
        mortal.app.http.post("/api/runs", json=body, timeout=httpx.Timeout(30, read=0.03))
    mortal.kill_host()
    mortal.start_host()
    answer = mortal.post_run(body)
    assert answer.status_code in (202, 409), answer.text
    told = answer.json()
    run_id = told["id"] if answer.status_code == 202 else told["error"]["details"]["runId"]
    assert mortal.finished(run_id)["status"] == "completed"
    linked = [one for one in mortal.pull_requests() if f"autocoder/{item['id']}-" in one["sourceRefName"]]
    assert len(linked) == 1
