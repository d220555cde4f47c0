from autocoder import models as m
from autocoder.comments import HEADLINES, final_comment, progress_comment

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


def test_what_could_not_be_added_to_the_pull_request_is_said():
    warnings = ("Reviewer `kim` was not added: TF401186: nobody.", "Two\nlines ![x](https://evil/)")
    pull_request = m.PullRequest(id=3, url="https://x/3", warnings=warnings)
    text = final_comment(report(pull_request=pull_request))
    assert "⚠️ Reviewer `kim` was not added: TF401186: nobody." in text
    assert "⚠️ Two lines ! [x]" in text


def test_a_failure_after_the_push_names_the_branch():
    text = final_comment(report(outcome="failed", reason="no permission", branch="autocoder/7-x"))
    assert "on branch `autocoder/7-x`" in text
    assert "no permission" in text


def test_an_interruption_has_more_causes_than_the_platform():
    assert "platform" not in HEADLINES["interrupted"]
