"""Judges a run by the agent's exit, its final message and its change: no single one of them is enough."""

from collections.abc import Iterable
from typing import Any

from autocoder.shared.policy import Verdict
from runner.change.commit import CollectedChange
from runner.supervisor.agent import Ending
from runner.supervisor.final_message import FinalMessage

MAX_REASONS, MAX_PATH = 10, 300  # reasons, and characters of each path in them
MAX_WITHHELD, MAX_WITHHELD_LENGTH = 200, 20_000  # paths, and characters of all paths and reasons together


def outcome_of(
    ending: Ending, spent: str, final: FinalMessage, collected: CollectedChange, minutes: float
) -> tuple[str, str]:
    """Return outcome and reason. *spent* is the reason why the budget refused a call, or empty.

    The first that applies: the platform ended the run, the time was up, a budget was spent, policy refuses
    the change, the agent failed, there is a change, there is none.
    """
    refused = _refused(collected.refused)
    if ending.reason == "terminated":
        return "interrupted", "the platform stopped the container group"
    if ending.reason == "deadline":
        return "timed_out", _joined(f"the agent did not finish within {minutes:g} minutes", refused)
    if spent:
        return "budget_spent", _joined(spent, refused)
    if refused:
        return "refused", refused
    failure = _failure(ending, final)
    if failure:
        return "agent_failed", failure
    return ("changed" if collected.commit else "no_changes"), ""


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
    if ending.reason == "silent":
        return "the agent's container stopped responding; it may have run out of memory"
    if ending.reason == "unreadable":
        return "the agent overwrote its exit file"
    if ending.reason == "stopped":
        return "the agent was stopped"
    if ending.exit_code != 0:
        return f"the agent ended with exit code {ending.exit_code}"
    if final.is_error:
        return "the agent reported a failure"
    return "" if final.found else "the agent ended without a final message"


def _refused(verdicts: Iterable[Verdict]) -> str:
    texts = [
        f"{verdict.path[:MAX_PATH]}: {verdict.reason}" if verdict.path else verdict.reason
        for verdict in verdicts
    ]
    more = f"; and {len(texts) - MAX_REASONS} more" if len(texts) > MAX_REASONS else ""
    return "; ".join(texts[:MAX_REASONS]) + more


def _joined(reason: str, refused: str) -> str:
    return f"{reason}; the change was refused: {refused}" if refused else reason
