"""How a run ends, in the words for people."""

import pytest

from autocoder import models as m
from autocoder.runs.ending import (
    MAX_REASON_LENGTH,
    cancelled_in,
    ending_with_change,
    ending_without_change,
    ending_without_result,
)
from autocoder.runs.next_step import LAUNCHED_AT
from autocoder.shared.outcomes import BY_SUPERVISOR
from tests.autocoder.reports.test_pull_request import PLAN

PACK = m.Pack(commit="2" * 40, bytes=1, sha256="0" * 64)


def result(outcome, **changes):
    return m.AgentResult(
        run_id="a" * 20, base_commit="1" * 40, **{"outcome": outcome, "pack": PACK, **changes}
    )


@pytest.mark.parametrize(
    ("row", "where"),
    [
        ({"status": "queued"}, "while it was queued"),
        ({"status": "preparing"}, "before its containers were started"),
        ({"status": "provisioning"}, "before its containers were started"),
        ({"status": "provisioning", LAUNCHED_AT: "2026-01-01"}, "its containers were stopped"),
        ({"status": "running", LAUNCHED_AT: "2026-01-01"}, "its containers were stopped"),
    ],
)
def test_a_cancelled_run_says_what_was_stopped(row, where):
    how = cancelled_in(row)
    assert how.outcome == "cancelled"
    assert where in how.reason


@pytest.mark.parametrize(
    ("state", "outcome", "word"),
    [
        ("gone", "interrupted", "deleted"),
        ("late", "timed_out", "deadline"),
        ("ended", "failed", "Azure gives no reason"),
        ("failed", "failed", "Azure gives no reason"),
    ],
)
def test_an_end_without_a_result_says_what_was_seen(state, outcome, word):
    how = ending_without_result(m.GroupVerdict(state=state))
    assert how.outcome == outcome
    assert word in how.reason


def test_azures_own_reason_is_told():
    told = [
        ending_without_result(m.GroupVerdict(state=state, reason="No image.", final=final)).reason
        for state, final in (("failed", False), ("ended", False), ("failed", True))
    ]
    assert told == [
        "The container group could not be started: No image.",
        "The container group ended without a result: No image.",
        "No image.",
    ]


def test_a_long_reason_is_cut():
    how = ending_without_result(m.GroupVerdict(state="failed", reason="x" * 5_000))
    assert len(how.reason) == MAX_REASON_LENGTH


@pytest.mark.parametrize(
    ("changes", "outcome", "reason"),
    [
        ({"outcome": "no_changes", "summary": "All is well."}, "no_changes", "All is well."),
        ({"outcome": "no_changes", "summary": "x", "reason": "y"}, "no_changes", "y"),
        ({"outcome": "no_changes", "summary": " NEEDS_INFO: which?"}, "needs_info", "which?"),
        (
            {"outcome": "no_changes", "summary": "x", "build_outputs": {"node_modules": 3_000, "obj": 1}},
            "no_changes",
            "x\n\n3,001 files of build output were left out (`node_modules`, `obj`).",
        ),
        ({"outcome": "agent_failed", "reason": "x"}, "failed", "x"),
        ({"outcome": "agent_failed", "summary": "x"}, "failed", "x"),
        ({"outcome": "agent_failed"}, "failed", "The agent failed and gave no reason."),
        ({"outcome": "clone_failed", "reason": "x"}, "failed", "x"),
        ({"outcome": "budget_spent", "reason": "x"}, "budget_spent", "x"),
        ({"outcome": "timed_out", "reason": "x"}, "timed_out", "x"),
        ({"outcome": "interrupted", "reason": "x"}, "interrupted", "x"),
        ({"outcome": "refused", "reason": "x"}, "refused", "x"),
    ],
)
def test_a_result_without_a_pack_ends_the_run(changes, outcome, reason):
    how = ending_without_change(PLAN, result(pack=None, **changes))
    assert (how.outcome, how.reason) == (outcome, reason)


def test_a_run_of_which_everything_was_withheld_is_refused_and_names_what():
    withheld = tuple(m.Withheld(path=f"{number}.jar", reason="binary") for number in range(25))
    one = ending_without_change(PLAN, result("no_changes", pack=None, withheld=withheld[:1]))
    assert one.outcome == "refused"
    assert one.reason == "All that the agent changed was withheld:\n- 0.jar: binary"
    many = ending_without_change(
        PLAN, result("no_changes", pack=None, withheld=withheld, more_withheld=1_000)
    )
    assert many.reason.endswith("- 19.jar: binary\n- and 1,005 more")


def test_a_question_is_asked_even_if_something_was_withheld():
    withheld = (m.Withheld(path="a.jar", reason="binary"),)
    asked = result("no_changes", pack=None, withheld=withheld, summary="NEEDS_INFO: which?")
    assert ending_without_change(PLAN, asked) == m.Ended(outcome="needs_info", reason="which?")


@pytest.mark.parametrize("outcome", BY_SUPERVISOR)
def test_a_pack_is_published_only_with_an_outcome_that_carries_a_change(outcome):
    how = ending_without_change(PLAN, result(outcome))
    assert (how is None) == BY_SUPERVISOR[outcome].carries_change


def test_a_change_that_was_finished_needs_no_reason_but_keeps_a_remark():
    assert ending_with_change(PLAN, result("changed")) == m.Ended(outcome="completed", reason="")
    assert ending_with_change(PLAN, result("changed", reason="x")) == m.Ended(outcome="completed", reason="x")


@pytest.mark.parametrize("outcome", ["budget_spent", "timed_out", "agent_failed"])
def test_a_change_up_to_an_early_end_says_that_it_is_a_draft(outcome):
    assert "as a draft" in ending_with_change(PLAN, result(outcome)).reason
    assert ending_with_change(PLAN, result(outcome, reason="No dollars.")).reason == "No dollars."


def test_a_draft_that_lacks_nothing_is_completed_without_a_further_change():
    base = m.Base(branch="autocoder/7-x", commit="1" * 40, resumes="b" * 20)
    resumed = PLAN.model_copy(update={"repository": PLAN.repository.model_copy(update={"base": base})})
    done, asks = (
        result("no_changes", pack=None),
        result("no_changes", pack=None, summary="NEEDS_INFO: which?"),
    )
    assert ending_without_change(resumed, done) is None
    assert ending_with_change(resumed, done).outcome == "completed"
    assert ending_without_change(resumed, asks).outcome == "needs_info"
    assert ending_without_change(PLAN, done).outcome == "no_changes"
    withheld = (m.Withheld(path="a.jar", reason="binary"),)
    assert (
        ending_without_change(resumed, result("no_changes", pack=None, withheld=withheld)).outcome
        == "refused"
    )
