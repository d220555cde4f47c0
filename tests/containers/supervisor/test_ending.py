import json
from typing import get_args

import pytest

from autocoder.models import AgentResult
from autocoder.runs.ending import ending_without_change
from autocoder.shared.outcomes import BY_SUPERVISOR
from autocoder.shared.policy import Verdict
from runner.change.commit import CollectedChange
from runner.supervisor.agent import Ending
from runner.supervisor.ending import outcome_of
from runner.supervisor.final_message import FinalMessage, read_final_message

FORM = {"match": {"type": "result", "more.kind": "end"}, "text": "message.0.text", "error": "failed"}
EVENT = {"type": "result", "more": {"kind": "end"}, "message": [{"text": "done"}], "failed": False}


def last_word(tmp_path, *lines, form=FORM):
    (tmp_path / "log").write_text("\n".join(lines))
    return read_final_message(tmp_path / "log", form)


def test_the_last_event_that_fits_is_the_final_message(tmp_path):
    earlier = json.dumps({**EVENT, "message": [{"text": "not yet"}]})
    other = json.dumps({"type": "result", "more": {"kind": "else"}})
    assert last_word(tmp_path, earlier, json.dumps(EVENT), other, "plain text") == FinalMessage("done")


def test_a_flag_says_that_the_agent_failed(tmp_path):
    assert last_word(tmp_path, json.dumps({**EVENT, "failed": True})).is_error


def test_joins_a_message_that_comes_in_pieces(tmp_path):
    form = {"match": {"type": "message"}, "text": "content", "joined": True}
    pieces = [json.dumps({"type": "message", "content": text}) for text in ("not this", "Two ", "pieces.")]
    lines = [
        pieces[0],
        json.dumps({"type": "tool"}),
        pieces[1],
        "a warning",
        pieces[2],
        json.dumps({"type": "end"}),
    ]
    assert last_word(tmp_path, *lines, form=form) == FinalMessage("Two pieces.")
    assert last_word(tmp_path, *lines, form={**form, "joined": False}) == FinalMessage("pieces.")


@pytest.mark.parametrize("lines", [[], ["plain"], ["{broken"], ["[]", "1", "null", "{}"]])
def test_without_the_event_there_is_no_final_message(tmp_path, lines):
    assert not last_word(tmp_path, *lines).found


def test_the_end_of_a_log_without_events_is_the_final_message(tmp_path):
    assert last_word(tmp_path, "x" * 9000, "NEEDS_INFO: which one?", form={}).text.endswith(
        "NEEDS_INFO: which one?"
    )


def test_without_a_log_there_is_no_final_message(tmp_path):
    assert not read_final_message(tmp_path / "none", FORM).found


CHANGED = CollectedChange(commit="1" * 40)
REFUSED = CollectedChange(refused=(Verdict("a", "refuse", "bad"), Verdict("", "refuse", "too much")))
FINE = Ending("exited", 0, 1.0)


@pytest.mark.parametrize(
    ("ending", "spent", "final", "collected", "outcome", "reason"),
    [
        (FINE, "", FinalMessage(), CHANGED, "changed", ""),
        (FINE, "", FinalMessage(), CollectedChange(), "no_changes", ""),
        (FINE, "", FinalMessage(is_error=True), CHANGED, "agent_failed", "reported a failure"),
        (FINE, "", FinalMessage(found=False), CHANGED, "agent_failed", "without a final message"),
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
