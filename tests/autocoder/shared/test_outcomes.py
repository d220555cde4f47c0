"""The table of outcomes is consistent and complete."""

from typing import get_args

from autocoder.models import AgentResult, Outcome
from autocoder.shared.outcomes import BY_NAME, BY_SUPERVISOR, OUTCOMES, SupervisorOutcome


def test_the_table_and_the_model_name_the_same_outcomes_in_the_same_order():
    assert [row.outcome for row in OUTCOMES] == list(get_args(Outcome))
    assert len(BY_NAME) == len(OUTCOMES)


def test_each_outcome_of_the_supervisor_leads_to_one_outcome_of_the_run():
    words = [word for row in OUTCOMES for word in row.supervisor]
    assert sorted(words) == sorted(get_args(SupervisorOutcome))
    assert len(BY_SUPERVISOR) == len(words)
    assert AgentResult.model_fields["outcome"].annotation == SupervisorOutcome


def test_each_outcome_is_a_sentence_and_all_but_success_say_what_to_do():
    for row in OUTCOMES:
        assert row.text.endswith("."), row.outcome
        assert row.symbol, row.outcome
        assert (row.advice == "") == (row.outcome == "completed"), row.outcome
        assert row.advice == "" or row.advice.endswith("."), row.outcome


def test_only_an_outcome_with_a_change_can_end_early():
    assert all(row.carries_change for row in OUTCOMES if row.early_end)


def test_only_a_completed_run_may_not_be_repeated_with_the_same_text():
    assert [row.outcome for row in OUTCOMES if not row.may_retry] == ["completed"]
