import pytest

from autocoder import models as m
from autocoder.reports.draft import draft_reasons, draft_warnings, failed_checks, is_draft
from tests.autocoder.reports.test_pull_request import PLAN, result

FAILED = result(verification=tuple(m.Verification(command="x", exit_code=n, seconds=1) for n in (0, 1, 2)))
SPENT = result().model_copy(update={"outcome": "budget_spent"})


def plan(request=None, team=None, build_policy=False):
    repository = PLAN.repository.model_copy(
        update={"settings": m.RepositorySettings(draft=team), "has_build_policy": build_policy}
    )
    asked = PLAN.run.request.model_copy(update={"draft": request})
    run = PLAN.run.model_copy(update={"request": asked})
    return PLAN.model_copy(update={"repository": repository, "run": run})


def test_says_why_a_pull_request_is_a_draft():
    assert draft_reasons(PLAN, result()) == []
    assert draft_reasons(PLAN, FAILED) == ["2 verify commands failed"]
    assert draft_reasons(PLAN, SPENT) == ["the run ended early because its budget was spent"]
    failed = result().model_copy(update={"outcome": "agent_failed", "reason": "No key.\nSee ![x](y)."})
    assert draft_reasons(PLAN, failed) == [
        "the run ended early because the agent failed: No key. See ! [x](y)"
    ]
    silent = result().model_copy(update={"reason": "there is no final message"})
    assert draft_reasons(PLAN, silent) == ["there is no final message"]
    checked = PLAN.repository.model_copy(update={"settings": m.RepositorySettings(verify=("make",))})
    nothing = result().model_copy(update={"outcome": "no_changes"})
    assert draft_reasons(PLAN, nothing) == []
    (why,) = draft_reasons(PLAN.model_copy(update={"repository": checked}), nothing)
    assert "not run again" in why
    assert len(draft_reasons(plan(build_policy=True), FAILED)) == 2
    assert failed_checks(FAILED) == 2


@pytest.mark.parametrize(
    ("request_says", "team_says", "setting", "of"),
    [
        (None, None, "auto", [False, True, True]),
        (None, None, "always", [True, True, True]),
        (None, None, "never", [False, False, False]),
        (None, "auto", "never", [False, True, True]),
        (None, "never", "auto", [False, False, False]),
        (False, "always", "always", [False, False, False]),
        (True, "never", "never", [True, True, True]),
    ],
)
def test_the_request_comes_before_the_repository_and_that_before_the_setting(
    request_says, team_says, setting, of
):
    results = (result(), FAILED, SPENT)
    assert [is_draft(plan(request_says, team_says), one, setting) for one in results] == of


def test_failures_are_listed_whether_it_is_a_draft_or_not():
    built = plan(build_policy=True)
    assert draft_warnings(built, FAILED, is_draft=False) == ["2 verify commands failed."]
    assert [words[:30] for words in draft_warnings(built, FAILED, is_draft=True)] == [
        "This pull request is a draft: "
    ] * 2
