"""The janitor's repairs when a run's orchestration or record is missing."""

import httpx
import pytest

from emulators.platform.clients.app import keys
from emulators.ports import AZURE_DEVOPS, FUNCTIONS_HOST
from tests.end_to_end.conftest import case_on
from tests.platform import running_platform
from tests.quick_agent import quick_options


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    """A platform whose janitor acts after a short time."""
    folder = tmp_path_factory.mktemp("janitor")
    settings = {"JANITOR_GRACE_MINUTES": "0", "SIGN_IN_MINUTES": "0.05"}
    with running_platform(folder / "state", **quick_options(folder / "app", settings=settings)) as platform:
        yield platform


def sweep(platform):
    """Run the janitor at once, like the portal's button."""
    headers = {"x-functions-key": keys(platform.plan)["master"]}
    url = f"{platform.url(FUNCTIONS_HOST)}/admin/functions/janitor"
    answer = httpx.post(url, json={}, headers=headers, trust_env=False)
    assert answer.status_code == 202


def test_a_run_whose_orchestration_is_gone_is_reported_and_cleaned_up(swept):
    lost = case_on(swept, "sleep 60").start()
    lost.reached("provisioning")
    swept.wait_for(lambda: lost.group in swept.container_groups(), "the container group", 10)
    swept.another_hub()
    sweep(swept)
    run = lost.published_nothing("failed")
    assert "run's orchestration no longer exists" in run["reason"]


def test_a_run_that_is_lost_after_its_pull_request_names_it(swept):
    busy = {"method": "GET", "path": r"(?i)/pullRequests/\d+/workitems", "status": 503, "times": 1000}
    swept.fault(AZURE_DEVOPS, **busy)
    lost = case_on(swept).start()
    swept.wait_for(lambda: lost.platform.app.run(lost.run_id).get("pullRequestId"), "the pull request", 30)
    swept.another_hub()
    swept.forget_faults()
    sweep(swept)
    lost.published_once("failed")
    assert "set the tag again" not in lost.comment
    assert "run's orchestration no longer exists" in lost.comment


def test_the_work_item_of_a_lost_run_can_have_a_next_one(swept):
    lost = case_on(swept, "sleep 60").start()
    lost.reached("provisioning")
    swept.another_hub()
    sweep(swept)
    lost.ended("failed")
    again = swept.post_run({"workItemId": lost.item["id"], "project": swept.sample.project})
    assert again.status_code == 202
    swept.post_run({"workItemId": lost.item["id"], "project": swept.sample.project})
    assert swept.app.http.post(f"/api/runs/{again.json()['id']}/cancel").status_code == 202
    swept.finished(again.json()["id"])


def test_a_run_in_progress_is_left_alone(swept):
    going_on = case_on(swept, "sleep 2", "write notes.txt Hello").start()
    going_on.reached("provisioning")
    sweep(swept)
    going_on.published_once()


def test_a_report_that_azure_devops_refused_is_given_once_it_is_accepted(swept):
    untold = case_on(swept, "say Nothing")
    comments = rf"(?i)/workitems/{untold.item['id']}/comments"
    for method in ("POST", "PATCH"):
        swept.fault(AZURE_DEVOPS, method=method, path=comments, status=401, times=1000)
    run = untold.start().ended("no_changes")
    assert "sign_in_required" in run["reason"]
    assert swept.comments(untold.item["id"]) == []
    sweep(swept)  # in vain
    swept.forget_faults()
    sweep(swept)
    swept.wait_for(lambda: swept.comments(untold.item["id"]), "the report", 20)
    assert "Nothing" in untold.comment
    swept.wait_for(lambda: "sign_in" not in swept.app.run(untold.run_id)["reason"], "the reason", 10)
    assert "sign_in" not in untold.comment  # it has passed
    assert swept.app.run(untold.run_id)["status"] == "no_changes"


def test_work_that_is_paid_is_published_when_the_sign_in_is_accepted_again(swept):
    paid = case_on(swept)
    swept.fault(AZURE_DEVOPS, method="POST", path=r"(?i)/git-receive-pack", status=401, times=30)
    paid.start().published_once(seconds=90)  # thirty refusals: more than a run would wait before its work
