"""An orchestration that waits for what never comes: the janitor starts its run again."""

from tests.deployments import ASKED, MARKS, with_activities_that_are_missing

pytestmark = MARKS


def test_a_run_whose_orchestration_stands_still_goes_on(deployed):
    platform = deployed.platform
    deployed.deploy(with_activities_that_are_missing, raises_version=False)
    item = platform.work_item("Hangs", ASKED)
    body = {"workItemId": item["id"], "project": platform.sample.project}
    run_id = platform.post_run(body).json()["id"]
    platform.wait_for(lambda: platform.instance(run_id)["runtimeStatus"] == "Running", "a first turn", 60)
    deployed.deploy(None, raises_version=False)
    platform.resume()
    run = platform.finished(run_id, seconds=180)
    assert (run["status"], run.get("reason", "")) == ("completed", "")
    assert platform.app.log(run_id).count("begun") == 1
    assert "stands still" in platform.plan.log("functions_host").read_text()
