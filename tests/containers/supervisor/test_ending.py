from typing import get_args

import pytest

from autocoder.models import AgentResult
from autocoder.runs.ending import ending_without_change
from autocoder.shared.outcomes import BY_SUPERVISOR
from autocoder.shared.policy import Verdict
from runner.change.commit import CollectedChange
from runner.supervisor.agent import Ending
from runner.supervisor.ending import outcome_of
from runner.supervisor.final_message import FinalMessage

CHANGED = CollectedChange(commit="1" * 40)
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
    told = outcome_of(ending, spent, final, collected, 5)
    assert told[0] == outcome
    assert reason in told[1]


def test_the_supervisor_packs_exactly_the_outcomes_that_the_app_publishes():
    pack = {"commit": "1" * 40, "sha256": "0" * 64, "bytes": 1}
    for outcome in get_args(AgentResult.model_fields["outcome"].annotation):
        told = {"runId": "a" * 20, "baseCommit": "0" * 40, "outcome": outcome, "pack": pack}
        published = ending_without_change(AgentResult.model_validate(told)) is None
        assert BY_SUPERVISOR[outcome].carries_change == published


def test_a_long_list_of_reasons_is_cut():
    refused = tuple(Verdict(f"f{n}", "refuse", "bad") for n in range(30))
    _, reason = outcome_of(FINE, "", FinalMessage(), CollectedChange(refused=refused), 5)
    assert reason.endswith("f9: bad; and 20 more")
