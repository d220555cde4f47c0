"""Runs that end early or without a pull request: each gives its reason and leaves nothing behind."""

import pytest

from emulators import identities, tokens
from emulators.ports import AZURE_DEVOPS


def test_an_agent_that_changes_nothing(case):
    case("say There was nothing to do").start().published_nothing("no_changes")


def test_an_agent_that_fails(case):
    run = case("fail 3").start().published_nothing("failed")
    assert "exit code 3" in run["reason"]


def test_what_an_agent_changed_before_it_failed_is_offered_as_a_draft(case):
    failed = case("write notes.txt Half", "fail 3").start()
    run = failed.published_once("failed")
    assert "exit code 3" in run["reason"]
    assert "The run failed." in failed.comment
    assert "Draft pull request" in failed.comment
    (pull_request,) = failed.pull_requests
    assert pull_request["isDraft"]
    assert (
        "ended early because the agent failed: the agent ended with exit code 3"
        in pull_request["description"]
    )


def test_a_final_message_that_is_lost_makes_the_pull_request_a_draft(case):
    silent = case("write notes.txt Half", "hush").start()
    run = silent.published_once()
    assert "final message" in run["reason"]
    (pull_request,) = silent.pull_requests
    assert pull_request["isDraft"]
    assert "without a final message" in pull_request["description"]


def test_an_agent_that_says_and_changes_nothing_has_failed(case):
    run = case("hush").start().published_nothing("failed")
    assert "final message" in run["reason"]


def test_an_agent_that_asks(case):
    run = case("say NEEDS_INFO: Which colour?").start().published_nothing("needs_info")
    assert run["reason"] == "Which colour?"


def test_changes_made_before_the_time_was_over_are_offered_as_a_draft(case):
    late = case("write notes.txt Half", "sleep 60", budget={"minutes": 0.03}).start()
    late.published_once("timed_out")
    (pull_request,) = late.pull_requests
    assert pull_request["isDraft"]


def test_a_work_item_that_does_not_exist(quick):
    answer = quick.post_run({"workItemId": 999_999, "project": "Fabrikam"})
    assert answer.status_code == 202
    run = quick.finished(answer.json()["id"])
    assert run["status"] == "failed"
    assert "Work item 999999" in run["reason"]


def test_a_repository_that_does_not_exist(case):
    run = case(repository="nowhere").start().ended("failed")
    assert "nowhere" in run["reason"]


def test_a_branch_that_does_not_exist(case):
    run = case(targetBranch="release/0").start().published_nothing("failed")
    assert "release/0" in run["reason"]


def test_a_prompt_without_a_work_item_becomes_a_pull_request(quick):
    answer = quick.post_run({"userPrompt": "Say hello\n\nQUICK write hello.txt Hello"})
    run = quick.finished(answer.json()["id"])
    assert (run["status"], run["title"]) == ("completed", "Say hello")


def test_only_a_branch_is_pushed_when_no_pull_request_is_wanted(case, quick):
    wanted = case(createPullRequest=False).start()
    run = wanted.ended()
    assert wanted.pull_requests == []
    assert run["branch"] in wanted.comment
    assert "without a pull request" in wanted.comment
    assert "ready for review" not in wanted.comment
    assert "notes.txt" in quick.sample.git.difference("main", run["branch"])


@pytest.mark.parametrize("phase", ["preparing", "running"])
def test_a_cancel_ends_the_run_and_its_containers(case, quick, phase):
    cancelled = case("sleep 60").start()
    if phase == "running":
        cancelled.reached("running")
    first = quick.app.http.post(f"/api/runs/{cancelled.run_id}/cancel")
    second = quick.app.http.post(f"/api/runs/{cancelled.run_id}/cancel")
    assert (first.status_code, second.status_code) == (202, 202)
    cancelled.published_nothing("cancelled")
    late = quick.app.http.post(f"/api/runs/{cancelled.run_id}/cancel")
    assert (late.status_code, late.json()["error"]["code"]) == (409, "too_late")


def test_a_deleted_comment_is_written_again(case, quick):
    deleted = case("write notes.txt Hello", "sleep 1").start()
    deleted.reached("provisioning")
    (comment,) = quick.wait_for(lambda: quick.comments(deleted.item["id"]), "the comment", 20)
    token = tokens.mint(
        quick.state, resource=tokens.AZURE_DEVOPS_RESOURCE, client_id=identities.APP.client_id
    )
    with quick.client(AZURE_DEVOPS, headers={"Authorization": f"Bearer {token}"}) as author:
        path = f"/fabrikam/Fabrikam/_apis/wit/workItems/{deleted.item['id']}/comments/{comment['id']}"
        author.delete(path, params={"api-version": "7.1-preview.4"}).raise_for_status()
    deleted.published_once()


def test_a_run_that_has_ended_cannot_be_cancelled_and_a_next_one_can_start(case, quick):
    done = case().start()
    first = done.published_once()
    late = quick.app.http.post(f"/api/runs/{done.run_id}/cancel")
    assert late.status_code == 409
    assert quick.app.run(done.run_id)["status"] == "completed"
    again = quick.post_run({"workItemId": done.item["id"], "project": "Fabrikam"})
    assert again.status_code == 202
    second = quick.finished(again.json()["id"])
    assert second["pullRequestId"] != first["pullRequestId"]
    assert len(quick.comments(done.item["id"])) == 2
