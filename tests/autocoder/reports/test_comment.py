import pytest

from autocoder import models as m
from autocoder.reports.comment import AS_WRITTEN, final_comment, headline, progress_comment, unseen
from autocoder.shared.outcomes import BY_NAME
from tests.autocoder.reports import test_pull_request

RUN_ID = "a" * 20
RUN = m.Run(
    id=RUN_ID,
    request=m.RunRequest(organization="contoso", project="Web", repository="app", work_item_id=7),
    title="",
    queued_at="2026-01-01T00:00:00Z",
)


def report(**changes):
    return m.RunReport(**{"run": RUN, "outcome": "completed", **changes})


def test_every_comment_ends_with_the_runs_id_and_has_no_link_that_needs_a_key():
    assert progress_comment(RUN_ID, "running").endswith(f"Run {RUN_ID}")
    assert final_comment(report()).endswith(f"Run {RUN_ID}")
    assert "](" not in final_comment(report(outcome="failed", reason="because"))


def test_the_comment_of_an_agent_that_failed_says_where_its_log_is():
    failed = report(outcome="failed", reason="because", seconds={"agent": 1.0})
    text = final_comment(failed, "https://app/api/runs/x/log")
    assert "The log: `GET https://app/api/runs/x/log`" in text
    assert "](" not in text
    for other in (report(seconds={"agent": 1.0}), report(outcome="failed", reason="queue")):
        assert "The log" not in final_comment(other, "https://app/api/runs/x/log")


def test_the_report_says_when_the_agent_was_told_to_finish():
    told = "The agent was told to finish when 75 % of 60 minutes were used."
    assert told in final_comment(report(told_to_finish="75 % of 60 minutes"))
    assert "told to finish" not in final_comment(report())
    result = test_pull_request.result(told_to_finish="75 % of 60 minutes")
    assert told in test_pull_request.described(test_pull_request.PLAN, result, test_pull_request.PUSHED).body


def test_a_run_that_ended_early_with_a_draft_says_that_a_retry_goes_on_from_it():
    draft = m.PullRequest(id=3, url="https://x/3", is_draft=True)
    ended = {"outcome": "failed", "branch": "autocoder/7-x", "early_end": "the agent failed", "reason": "No."}
    text = final_comment(report(pull_request=draft, **ended))
    assert text.startswith(
        "❌ The run failed.\n\n[Draft pull request 3](https://x/3).\n\nNo.\n\n**Next:** Retry"
    )


def test_a_comment_of_a_queued_run_says_why_it_waits_and_loads_nothing():
    reason = (
        "Waiting for a place: 1 run of project ![x](https://evil) is working already (MAX_RUNS_PER_PROJECT)."
    )
    text = progress_comment(RUN_ID, "queued", reason)
    assert "Waiting for a place: 1 run of project" in text
    assert AS_WRITTEN in text  # nobody edits it each time the queue moves
    assert "![" not in text
    assert text.endswith(f"Run {RUN_ID}")


def test_parts_that_could_not_be_added_to_the_pull_request_are_named():
    warnings = ("Reviewer `kim` was not added: TF401186: nobody.", "Two\nlines ![x](https://evil/)")
    pull_request = m.PullRequest(id=3, url="https://x/3", warnings=warnings)
    text = final_comment(report(pull_request=pull_request))
    assert "⚠️ Reviewer `kim` was not added: TF401186: nobody." in text
    assert "⚠️ Two lines ! [x]" in text


def test_a_failure_after_the_push_names_the_branch():
    text = final_comment(report(outcome="failed", reason="no permission", branch="autocoder/7-x"))
    assert "on branch `autocoder/7-x`" in text
    assert "no permission" in text


def plan(**item):
    summary = m.WorkItemSummary(id=7, rev=1, type="Bug", title="x", web_url="https://x/7", **item)
    return test_pull_request.PLAN.model_copy(update={"work_item": summary, "remarks": ("No file.",)})


def test_parts_that_the_agent_did_not_see_are_named():
    assert unseen(plan()) == ("No file.",)
    hidden, pictures, _ = unseen(plan(hidden_parts=2, images_left_out=1))
    assert hidden == "2 hidden parts of the work item were not shown to the agent."
    assert pictures.startswith("1 of the work item's pictures was not shown to the agent: it gets at most 10")


def test_parts_that_the_agent_did_not_see_are_named_once():
    opened = m.PullRequest(id=3, url="https://x/3")
    assert "⚠️ No file." in final_comment(report(outcome="no_changes", unseen=("No file.",)))
    assert "No file." not in final_comment(report(pull_request=opened, unseen=("No file.",)))


READY = m.PullRequest(id=3, url="https://x/3")
DRAFT = READY.model_copy(update={"is_draft": True})


@pytest.mark.parametrize(
    ("pull_request", "failed", "words"),
    [
        (READY, 0, "✅ A pull request is ready for review."),
        (READY, 1, "⚠️ A pull request is ready for review, but 1 check failed."),
        (DRAFT, 0, "✅ A draft pull request is ready to look at."),
        (DRAFT, 2, "⚠️ A draft pull request is ready to look at, but 2 checks failed."),
        (None, 0, "✅ The change is on a branch, without a pull request."),
        (None, 2, "⚠️ The change is on a branch, without a pull request, but 2 checks failed."),
    ],
)
def test_the_headline_promises_no_more_than_there_is(pull_request, failed, words):
    said = report(pull_request=pull_request, failed_checks=failed, branch="autocoder/7-x")
    assert headline(said) == words


def test_a_run_that_failed_after_its_pull_request_names_it_and_asks_for_no_second_one():
    text = final_comment(report(outcome="failed", reason="gone", pull_request=READY))
    assert "The run failed." not in text
    assert "[Pull request 3](https://x/3)." in text
    assert "set the tag again" not in text


def test_an_interruption_has_more_causes_than_the_platform():
    assert "platform" not in BY_NAME["interrupted"].text
