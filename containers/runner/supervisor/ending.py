"""Judges a run by the agent's exit, its final message and its change: no single one of them is enough."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from autocoder.shared.outcomes import SupervisorOutcome
from autocoder.shared.policy import Verdict
from runner.change.commit import CollectedChange
from runner.supervisor.agent import Ending, Reason
from runner.supervisor.final_message import FinalMessage

NO_MESSAGE = "the agent ended without a final message"
STOPS: Mapping[Reason, str] = {  # ends of an agent that did not end by itself
    "silent": "the agent's container stopped responding; it may have run out of memory",
    "unreadable": "the agent overwrote its exit file",
    "stopped": "the agent was stopped",
}
MAX_REASONS, MAX_PATH = 10, 300  # reasons, and characters of each path in them
MAX_WITHHELD, MAX_WITHHELD_LENGTH = 200, 20_000  # paths, and characters of all paths and reasons together


class Judgement(NamedTuple):
    """How an attempt ended: its outcome, and the reason, which a change that is complete has not."""

    outcome: SupervisorOutcome
    reason: str = ""


def outcome_of(
    ending: Ending, spent: str, final: FinalMessage, collected: CollectedChange, minutes: float
) -> Judgement:
    """Return how an attempt ended. *spent* is the reason why the budget refused a call, or empty.

    The first that applies: the platform ended the run, the time was up, a budget was spent, policy refuses
    the change, the agent failed, there is a change, there is none.
    """
    refused = _refused(collected.refused)
    if ending.reason == "terminated":
        return Judgement("interrupted", "the platform stopped the container group")
    if ending.reason == "deadline":
        return Judgement(
            "timed_out", _joined(f"the agent did not finish within {minutes:g} minutes", refused)
        )
    if spent:
        return Judgement("budget_spent", _joined(spent, refused))
    if refused:
        return Judgement("refused", refused)
    return _by_agent(ending, final, has_change=bool(collected.commit))


def _by_agent(ending: Ending, final: FinalMessage, *, has_change: bool) -> Judgement:
    failure = _failure(ending, final)
    if failure:
        return Judgement("agent_failed", failure)
    if final.found:
        return Judgement("changed" if has_change else "no_changes")
    if has_change and not final.failure:  # its work is worth more than its last words
        return Judgement("changed", NO_MESSAGE)
    return Judgement("agent_failed", _with_words(NO_MESSAGE, final))


def withheld_part(withheld: Iterable[Verdict]) -> dict[str, Any]:
    """Return the fields of `result.json` for the *withheld* paths: the first paths, and how many follow.

    The list becomes part of the orchestration's history, and the agent determines the length of its paths.
    """
    listed: list[dict[str, str]] = []
    length = more = 0
    for verdict in withheld:
        length += len(verdict.path) + len(verdict.reason)
        if len(listed) < MAX_WITHHELD and length <= MAX_WITHHELD_LENGTH:
            listed.append({"path": verdict.path, "reason": verdict.reason})
        else:
            more += 1
    return {"withheld": listed, "moreWithheld": more}


def _failure(ending: Ending, final: FinalMessage) -> str:
    """Return why the agent failed: its exit code and its own words have to agree that it did not."""
    if ending.reason in STOPS:
        return STOPS[ending.reason]
    if final.is_error:
        return _with_words("the agent reported a failure", final)
    if ending.exit_code == 0:
        return ""
    code = f"the agent ended with exit code {ending.exit_code}"
    return f"{code}, although it reported success" if final.claims_success else _with_words(code, final)


def _with_words(reason: str, final: FinalMessage) -> str:
    """Return *reason* with what the agent said last, if anything."""
    said = final.failure or final.last_words
    return f"{reason}. Its last words: {said}" if said else reason


def _refused(verdicts: Iterable[Verdict]) -> str:
    texts = [
        f"{verdict.path[:MAX_PATH]}: {verdict.reason}" if verdict.path else verdict.reason
        for verdict in verdicts
    ]
    more = f"; and {len(texts) - MAX_REASONS} more" if len(texts) > MAX_REASONS else ""
    return "; ".join(texts[:MAX_REASONS]) + more


def _joined(reason: str, refused: str) -> str:
    return f"{reason}; the change was refused: {refused}" if refused else reason
