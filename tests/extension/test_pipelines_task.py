"""The pipelines task as a real process against the real app: from a work item to a pull request."""

import json
import signal
import time

import pytest

from emulators.platform.clients.app import keys
from tests.extension.conftest import NODE_24

HOSTILE = [
    "##vso[task.setvariable variable=stolen]1",
    "in ##vso[task.complete result=Succeeded;]",
    "##[error]boo",
    "##[group]boo",
]
OWN = {"task.setsecret", "task.setvariable", "task.uploadsummary", "task.complete", "task.issue"}


def test_a_work_item_becomes_a_pull_request(case, step):
    asked = case("write notes.txt Hello", "say All done")
    here = step(workItemId=asked.item["id"]).start()
    assert here.ended() == 0
    assert here.results == ["Succeeded"], here.text
    asked.run_id = here.outputs["runId"]
    run = asked.published_once()
    assert here.outputs == {
        "runId": run["id"],
        "outcome": "completed",
        "pullRequestId": str(run["pullRequestId"]),
        "pullRequestUrl": run["pullRequestUrl"],
        "branch": run["branch"],
        "costUsd": f"{run['usage']['costUsd']:g}",
    }
    assert run["pullRequestUrl"] in here.summary
    assert "All done" in here.log
    assert "| " in here.text
    assert "All done" in here.text


@pytest.mark.skipif(not NODE_24.exists(), reason="npm has Node 24 for Linux on x64 alone")
def test_the_task_works_on_node_24(case, step):
    here = step(node=NODE_24, workItemId=case().item["id"]).start()
    here.ended()
    assert here.results == ["Succeeded"], here.text


def test_each_kind_of_connection_leads_to_the_app(case, step, quick):
    key = keys(quick.plan)["host"]["default"]
    kinds = {"autocoderConnection": "apitoken", "genericConnection": "password"}
    for connection, parameter in kinds.items():
        variables = {
            "ENDPOINT_URL_c1": f"{quick.app.url}/",
            "ENDPOINT_AUTH_c1": json.dumps({"scheme": "Token", "parameters": {parameter: key}}),
            f"ENDPOINT_AUTH_PARAMETER_c1_{parameter.upper()}": key,
            "SYSTEM_PLANID": connection,
        }
        item = case().item["id"]
        given = {"functionUrl": "", "functionKey": "", connection: "c1", "workItemId": item}
        here = step(variables, **given).start()
        here.ended()
        assert here.results == ["Succeeded"], here.text
        secrets = [value for name, _, value in here.commands if name == "task.setsecret"]
        assert secrets == [key]


def test_an_older_pipeline_works_with_two_more_variables(case, step, quick):
    variables = {
        "AUTOCODER_URL": quick.app.url,
        "SECRET_AUTOCODER_KEY": keys(quick.plan)["host"]["default"],
        "VSTS_SECRET_VARIABLES": '["AUTOCODER_KEY"]',
    }
    older = {"userPrompt": "", "agentType": "quick", "apiKey": "a-key", "createPullRequest": "True"}
    here = step(variables, functionUrl="", functionKey="", workItemId=case().item["id"], **older).start()
    here.ended()
    assert here.results == ["Succeeded"], here.text
    assert "apiKey is not needed" in here.text


def test_a_cancelled_job_cancels_the_run_and_sets_no_result(case, step):
    asked = case("sleep 60", "write notes.txt Hello")
    here = step(workItemId=asked.item["id"]).start()
    asked.run_id = here.prints(r"Following run (\w+)")[1]
    asked.reached("running")
    here.signal(signal.SIGINT).signal(signal.SIGTERM)
    assert here.ended(20) == 0
    assert here.results == []
    assert f"Run {asked.run_id} is being cancelled." in here.text
    asked.published_nothing("cancelled")


def test_a_job_cancelled_before_the_app_has_answered_cancels_the_run(case, step):
    asked = case("sleep 60", "write notes.txt Hello")
    here = step(workItemId=asked.item["id"]).start()
    here.prints("task.setsecret")  # the request is sent right after it
    here.signal()
    assert here.ended(20) == 0
    assert here.results == []
    (run,) = asked.platform.wait_for(
        lambda: asked.platform.app.runs(workItemId=asked.item["id"]), "the run", 20
    )
    assert run["id"] in here.text
    asked.run_id = run["id"]
    asked.published_nothing("cancelled")


def test_the_task_waits_for_an_app_that_is_away(case, step, quick):
    asked = case("sleep 3", "write notes.txt Hello")
    here = step(workItemId=asked.item["id"]).start()
    asked.run_id = here.prints(r"Following run (\w+)")[1]
    quick.kill_host()
    try:
        here.prints("Waiting for the app")
        time.sleep(2)
    finally:
        quick.start_host()
    here.prints("The app answers again")
    here.ended()
    assert here.results == ["Succeeded"], here.text
    asked.published_once()


def test_a_repeated_attempt_follows_the_same_run_and_starts_no_second_one(case, step):
    asked = case("sleep 2", "write notes.txt Hello")
    first, second = step(workItemId=asked.item["id"]), step(workItemId=asked.item["id"])
    first.start().prints("Following run")
    first.process.kill()  # the machine is lost
    first.ended()
    second.start().ended()
    assert second.results == ["Succeeded"], second.text
    assert second.outputs["runId"] == first.outputs["runId"]
    third = step(workItemId=asked.item["id"]).start()
    third.ended()
    assert "no second run was started" in third.text
    assert (third.results, third.outputs) == (["Succeeded"], second.outputs)
    assert third.log == second.log
    assert len(asked.platform.app.runs(workItemId=asked.item["id"])) == 1


def test_the_next_run_of_the_same_pipeline_starts_a_run_of_its_own(case, step):
    item = case().item["id"]
    found = []
    for plan in ("plan-one", "plan-two"):
        here = step({"SYSTEM_PLANID": f"{plan}-{item}"}, workItemId=item).start()
        here.ended()
        found.append(here.outputs["runId"])
    assert len(set(found)) == 2


def test_what_the_agent_prints_gives_no_command(case, step):
    asked = case("write notes.txt Hello", *(f"say {line}" for line in HOSTILE))
    here = step(workItemId=asked.item["id"]).start()
    here.ended()
    assert here.results == ["Succeeded"], here.text
    assert "boo" in here.log
    assert {name for name, _, _ in here.commands} <= OWN
    assert "stolen" not in here.outputs
    assert not [line for line in here.lines if line.startswith(("##[error]boo", "##[group]boo"))]
    ours = [line for line in here.lines if "##vso[" in line and not line.startswith("##vso[")]
    assert ours == []


@pytest.mark.parametrize(
    ("orders", "result"), [(("say Nothing to do",), "SucceededWithIssues"), (("fail 3",), "Failed")]
)
def test_the_outcome_decides_the_result(case, step, orders, result):
    here = step(workItemId=case(*orders).item["id"]).start()
    assert here.ended() == 0
    assert here.results == [result], here.text


def test_a_refused_request_fails_with_the_names_of_the_inputs(step):
    here = step(workItemId="1", pullRequestId="7", sourceBranchPrefix="..").start()
    here.ended()
    assert here.results == ["Failed"]
    assert "sourceBranchPrefix: " in here.text
    assert "pullRequestId: not supported yet by this version of the app" in here.text


def test_a_wrong_key_and_a_wrong_address_fail_at_once(step, quick):
    wrong = step(functionKey="no-key", workItemId="1").start()
    wrong.ended()
    assert wrong.results == ["Failed"]
    assert "does not accept the key" in wrong.text
    elsewhere = step(functionUrl=f"{quick.app.url}/elsewhere", workItemId="1").start()
    elsewhere.ended()
    assert elsewhere.results == ["Failed"]
    assert "does not lead to an Autocoder app" in elsewhere.text
