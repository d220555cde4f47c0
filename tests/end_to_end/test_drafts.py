"""A run that ends early leaves a draft, and its retry completes that draft where nobody else touched it."""

from dataclasses import replace

import pytest

from tests.end_to_end.test_publishing_trouble import GIT_REPOSITORIES, push_file, refs

BEGIN, REST = "begin notes.txt Half", "write rest.txt Rest"


@pytest.fixture
def begun(case):
    """A run that failed after it had changed something; its retry finds that, and does the rest."""
    failed = case(BEGIN, REST).start()
    run = failed.published_once("failed")
    assert "exit code 3" in run["reason"]
    assert "Retry the run: it goes on from there" in failed.comment
    assert [one["isDraft"] for one in failed.pull_requests] == [True]
    return failed


def retried(failed):
    answer = failed.platform.app.http.post(f"/api/runs/{failed.run_id}/retry")
    assert answer.status_code == 202, answer.text
    return replace(failed, run_id=answer.json()["id"])


def told(run):
    """The comment of this run, which is not the only one of its work item."""
    texts = [one["text"] for one in run.platform.comments(run.item["id"])]
    (text,) = (text for text in texts if f"Run {run.run_id}" in text)
    return text


def test_a_retry_completes_the_draft_on_its_branch(begun, quick):
    draft, record = begun.pull_requests[0], quick.app.run(begun.run_id)
    again = retried(begun)
    run = again.ended()
    assert (run["branch"], run["pullRequestId"]) == (record["branch"], draft["pullRequestId"])
    (pull_request,) = again.pull_requests
    assert not pull_request["isDraft"]
    assert pull_request["title"] == draft["title"]
    assert f"Completes the draft of run {begun.run_id}" in pull_request["description"]
    changed = quick.sample.git.difference("main", run["branch"])
    assert "notes.txt" in changed
    assert "rest.txt" in changed
    assert "ready for review" in told(again)
    again.left_nothing()


def test_a_draft_in_which_the_agent_finds_nothing_left_to_do_is_offered_again(case, quick):
    failed = case(BEGIN).start()
    failed.published_once("failed")
    again = retried(failed)
    run = again.ended()
    assert run["reason"] == "The agent found nothing left to change in the draft."
    (pull_request,) = again.pull_requests
    assert pull_request["pullRequestId"] == run["pullRequestId"]
    assert "the verify commands were not run again" in pull_request["description"]
    assert "A draft pull request is ready to look at" in told(again)


def test_a_retry_that_fails_as_well_leaves_the_draft_to_the_next_one(case, quick):
    failed = case(BEGIN, "begin more.txt Most", REST).start()
    failed.published_once("failed")
    second = retried(failed)
    second.ended("failed")
    assert [one["isDraft"] for one in second.pull_requests] == [True]
    third = retried(second)
    run = third.ended()
    (pull_request,) = third.pull_requests
    assert (pull_request["isDraft"], pull_request["pullRequestId"]) == (False, run["pullRequestId"])
    changed = quick.sample.git.difference("main", run["branch"])
    assert all(name in changed for name in ("notes.txt", "more.txt", "rest.txt"))


def test_a_retry_that_changes_nothing_leaves_the_draft_to_the_next_one(case, quick):
    failed = case(BEGIN, "fail 4").start()
    failed.published_once("failed")
    second = retried(failed)
    assert "branch" not in second.ended("failed")
    third = retried(second)
    third.ended("failed")
    assert "began anew" not in told(third)
    assert len(third.pull_requests) == 1


def test_a_retry_of_a_run_without_a_draft_says_nothing_of_one(case):
    failed = case("fail 4").start()
    failed.ended("failed")
    again = retried(failed)
    again.ended("failed")
    assert "began anew" not in told(again)


def test_a_draft_is_not_published_when_all_that_was_added_is_withheld(case):
    failed = case(BEGIN, "write azure-pipelines.yml trigger:").start()
    failed.published_once("failed")
    again = retried(failed)
    assert "azure-pipelines.yml" in again.ended("refused")["reason"]
    assert [one["isDraft"] for one in again.pull_requests] == [True]


def test_a_draft_that_a_person_pushed_to_meanwhile_is_not_published(case, quick, tmp_path):
    failed = case(BEGIN, "sleep 8").start()
    branch = failed.published_once("failed")["branch"]
    again = retried(failed)
    again.reached("running")
    theirs = push_file(quick, branch, "mine.txt", tmp_path)
    again.ended("branch_moved")
    assert [one["isDraft"] for one in again.pull_requests] == [True]
    assert refs(quick, branch) == {f"refs/heads/{branch}": theirs}


def test_a_draft_without_a_pull_request_is_completed_on_its_branch(case, quick):
    failed = case(BEGIN, REST, createPullRequest=False).start()
    branch = failed.ended("failed")["branch"]
    again = retried(failed)
    assert again.ended()["branch"] == branch
    assert again.pull_requests == []
    assert "rest.txt" in quick.sample.git.difference("main", branch)


def test_a_retry_begins_anew_when_somebody_pushed_to_the_draft(begun, quick, tmp_path):
    branch = quick.app.run(begun.run_id)["branch"]
    theirs = push_file(quick, branch, "mine.txt", tmp_path)
    again = retried(begun)
    assert again.ended("failed")["branch"] != branch  # it began anew, and so it failed again
    assert "could not be completed, so the work began anew: its branch has other commits now." in told(again)
    assert refs(quick, branch) == {f"refs/heads/{branch}": theirs}
    assert len(again.pull_requests) == 2


def test_a_retry_begins_anew_when_the_draft_was_abandoned(begun, quick):
    number = begun.pull_requests[0]["pullRequestId"]
    quick.person.ask("PATCH", f"{GIT_REPOSITORIES}/pullrequests/{number}", json={"status": "abandoned"})
    again = retried(begun)
    assert again.ended("failed")["pullRequestId"] != number
    assert f"its pull request {number} was abandoned." in told(again)


def test_a_tag_that_is_set_again_begins_anew(begun, quick):
    answer = quick.post_run({"workItemId": begun.item["id"], "project": "Fabrikam"})
    fresh = replace(begun, run_id=answer.json()["id"])
    assert fresh.ended("failed")["branch"] != quick.app.run(begun.run_id)["branch"]
    assert len(fresh.pull_requests) == 2
