from typing import get_args

import pytest

from autocoder.models import AgentResult
from autocoder.runs.ending import ending_without_change
from autocoder.shared.model_failures import BY_KIND, ModelFailure
from autocoder.shared.outcomes import BY_SUPERVISOR
from autocoder.shared.rulings import Verdict
from runner.change.collected import CollectedChange
from runner.gateway.record import SeenFailure
from runner.supervisor.agent import Ending
from runner.supervisor.ending import cause_of, outcome_of
from runner.supervisor.final_message import FinalMessage
from tests.autocoder.reports.test_pull_request import PLAN

CHANGED = CollectedChange(commit="1" * 40)
UNCHANGED = CollectedChange()
REFUSED = CollectedChange(refused=(Verdict("a", "refuse", "bad"), Verdict("", "refuse", "too much")))
SUCCESS = FinalMessage("Done.", claims_success=True)
FINE = Ending("exited", 0, 1.0)


@pytest.mark.parametrize(
    ("ending", "spent", "final", "collected", "outcome", "reason"),
    [
        (FINE, "", FinalMessage(), CHANGED, "changed", ""),
        (FINE, "", FinalMessage(), CollectedChange(), "no_changes", ""),
        (FINE, "", FinalMessage(is_error=True), CHANGED, "agent_failed", "reported a failure"),
        (FINE, "", FinalMessage(found=False), CHANGED, "changed", "without a final message"),
        (FINE, "", FinalMessage(found=False, failure="No."), CHANGED, "agent_failed", "Its last words: No."),
        (FINE, "", FinalMessage(found=False), CollectedChange(), "agent_failed", "without a final message"),
        (FINE, "", FinalMessage(found=False), REFUSED, "refused", "a: bad"),
        (Ending("exited", 1, 1), "", SUCCESS, CHANGED, "agent_failed", "although it reported success"),
        (
            Ending("exited", 1, 1),
            "",
            FinalMessage(last_words="Killed"),
            CHANGED,
            "agent_failed",
            "1. Its last words: Killed",
        ),
        (FINE, "", FinalMessage(), REFUSED, "refused", "a: bad; too much"),
        (Ending("exited", 1, 1), "", FinalMessage(), CHANGED, "agent_failed", "exit code 1"),
        (Ending("exited", 1, 1), "", FinalMessage(), REFUSED, "refused", "a: bad"),
        (Ending("deadline", 137, 1), "money", FinalMessage(), CHANGED, "timed_out", "5 minutes"),
        (Ending("deadline", 137, 1), "", FinalMessage(), REFUSED, "timed_out", "was refused: a: bad"),
        (Ending("budget", 143, 1), "money", FinalMessage(found=False), CHANGED, "budget_spent", "money"),
        (FINE, "money", FinalMessage(), CHANGED, "budget_spent", "money"),
        (Ending("terminated", None, 1), "money", FinalMessage(), CHANGED, "interrupted", "the platform"),
        (Ending("silent", None, 1), "", FinalMessage(), CHANGED, "agent_failed", "out of memory"),
        (Ending("stopped", 143, 1), "", FinalMessage(), CHANGED, "agent_failed", "stopped"),
        (Ending("unreadable", None, 1), "", FinalMessage(), CHANGED, "agent_failed", "exit file"),
    ],
)
def test_the_first_reason_wins(ending, spent, final, collected, outcome, reason):
    told = outcome_of(ending, spent, final, collected, minutes=5)
    assert told[0] == outcome
    assert reason in told[1]


def test_the_supervisor_packs_exactly_the_outcomes_that_the_app_publishes():
    pack = {"commit": "1" * 40, "sha256": "0" * 64, "bytes": 1}
    for outcome in get_args(AgentResult.model_fields["outcome"].annotation):
        told = {"runId": "a" * 20, "baseCommit": "0" * 40, "outcome": outcome, "pack": pack}
        published = ending_without_change(PLAN, AgentResult.model_validate(told)) is None
        assert BY_SUPERVISOR[outcome].carries_change == published


def test_a_long_list_of_reasons_is_cut():
    refused = tuple(Verdict(f"f{n}", "refuse", "bad") for n in range(30))
    reason = outcome_of(FINE, "", FinalMessage(), CollectedChange(refused=refused), minutes=5).reason
    assert reason.endswith("f9: bad; and 20 more")


def caused(ending, final, failure=None, collected=UNCHANGED, *, stops_work=True, exit_is_status=False):
    seen = failure and SeenFailure(failure, stops_work)
    cause = cause_of(ending, final, seen, exit_is_status=exit_is_status)
    return outcome_of(ending, "", final, collected, minutes=5, cause=cause)


KEY = ModelFailure("key_refused", 401, "invalid x-api-key")
FAILED = Ending("exited", 1, 1)


def test_what_the_gateway_saw_explains_a_failure_before_the_agents_own_words():
    told = caused(FAILED, FinalMessage("x", is_error=True, failure="Overloaded (529)"), KEY)
    assert told == (
        "agent_failed",
        f"{BY_KIND['key_refused'].text} The provider said: invalid x-api-key",
        "key_refused",
    )


def test_the_agents_own_words_explain_a_failure_that_the_gateway_did_not_see():
    said = 'API Error: {"error": {"type": "overloaded_error", "message": "Overloaded"}}'
    told = caused(FAILED, FinalMessage("x", is_error=True, failure=said))
    assert told[2] == "overloaded"
    assert "The agent said: Overloaded" in told[1]
    unexplained = caused(FAILED, FinalMessage("x", is_error=True, failure="I gave up"))
    assert unexplained == ("agent_failed", "the agent reported a failure. Its last words: I gave up", "")


@pytest.mark.parametrize(
    ("status", "kind"), [(401, "key_refused"), (404, "model_unknown"), (429, "quota"), (503, "overloaded")]
)
def test_an_exit_code_that_is_a_status_explains_a_failure_without_words(status, kind):
    crashed, silent = Ending("exited", status % 256, 1), FinalMessage(found=False)
    assert caused(crashed, silent, exit_is_status=True)[1:] == (BY_KIND[kind].text, kind)
    assert caused(crashed, silent)[1:] == (f"the agent ended with exit code {status % 256}", "")
    assert caused(FAILED, silent, exit_is_status=True)[2] == ""


def test_a_change_whose_last_turn_failed_is_published_with_a_word_of_it():
    outcome, reason, cause = caused(FINE, SUCCESS, KEY, CHANGED)
    assert (outcome, cause) == ("changed", "")
    assert reason.startswith(BY_KIND["key_refused"].text)
    assert caused(FINE, SUCCESS, KEY, CHANGED, stops_work=False) == ("changed", "", "")


def test_an_agent_that_reports_a_refusal_of_its_model_as_success_has_failed():
    assert caused(FINE, SUCCESS, KEY)[::2] == ("agent_failed", "key_refused")
    assert caused(FINE, SUCCESS)[::2] == ("no_changes", "")


def test_a_call_that_is_no_turn_does_not_overrule_an_agent_that_succeeded():
    assert caused(FINE, SUCCESS, KEY, stops_work=False)[::2] == ("no_changes", "")
    assert caused(FAILED, FinalMessage(), KEY, stops_work=False)[::2] == ("agent_failed", "key_refused")


def test_a_final_message_that_a_failing_model_prevented_is_no_success():
    assert caused(FINE, FinalMessage(found=False), KEY, CHANGED)[::2] == ("agent_failed", "key_refused")


def test_an_agent_that_waits_for_its_model_until_the_deadline_says_so():
    busy = ModelFailure("overloaded", 529, "Overloaded", passes=True)
    outcome, reason, cause = caused(Ending("deadline", 137, 1), FinalMessage(found=False), busy)
    assert (outcome, cause) == ("timed_out", "overloaded")
    assert reason.startswith("the agent did not finish within 5 minutes. The model provider was overloaded")


@pytest.mark.parametrize("stop", ["silent", "stopped", "unreadable"])
def test_a_stop_from_outside_is_not_put_down_to_the_model(stop):
    assert caused(Ending(stop, None, 1), FinalMessage(found=False), KEY)[2] == ""
