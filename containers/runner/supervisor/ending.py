"""What a run came to, judged by the agent's exit, its last word and its change: none of them is enough."""

from collections.abc import Iterable
from typing import Any

from autocoder.shared.policy import Verdict
from runner.change.commit import Collected
from runner.supervisor.agent import Ending
from runner.supervisor.final_message import FinalMessage

MOST_REASONS, LONGEST_PATH = 10, 300
MOST_WITHHELD, LONGEST_WITHHELD = 200, 20_000  # paths, and characters of all of them


def outcome_of(
    ending: Ending, spent: str, final: FinalMessage, collected: Collected, minutes: float
) -> tuple[str, str]:
    """Return outcome and reason; *spent* says which budget refused a call, or is empty.

    The first that applies, of: the platform ended the run, the time was over, a budget was spent, policy
    refuses the change, the agent failed; then whether there is a change.
    """
    refused = _refused(collected.refused)
    if ending.reason == "terminated":
        return "interrupted", "the container group was told to end"
    if ending.reason == "deadline":
        return "timed_out", _joined(f"the agent's {minutes:g} minutes were over", refused)
    if spent:
        return "budget_spent", _joined(spent, refused)
    if refused:
        return "refused", refused
    failure = _failure(ending, final)
    if failure:
        return "agent_failed", failure
    return ("changed" if collected.commit else "no_changes"), ""


def withheld_part(withheld: Iterable[Verdict]) -> dict[str, Any]:
    """Return what `result.json` says of what was withheld: the first of it, and how many more there are.

    The list travels through the history of the orchestration, and the agent chooses how long its paths are.
    """
    listed: list[dict[str, str]] = []
    length = more = 0
    for verdict in withheld:
        length += len(verdict.path) + len(verdict.reason)
        if len(listed) < MOST_WITHHELD and length <= LONGEST_WITHHELD:
            listed.append({"path": verdict.path, "reason": verdict.reason})
        else:
            more += 1
    return {"withheld": listed, "moreWithheld": more}


def _failure(ending: Ending, final: FinalMessage) -> str:
    if ending.reason == "silent":
        return "the agent's container ended without a word; it may have run out of memory"
    if ending.reason == "unreadable":
        return "the agent's exit file was not the wrapper's"
    if ending.reason == "stopped":
        return "the agent was stopped"
    if ending.exit_code != 0:
        return f"the agent ended with exit code {ending.exit_code}"
    if final.is_error:
        return "the agent said that it failed"
    return "" if final.found else "the agent ended without its final message"


def _refused(verdicts: Iterable[Verdict]) -> str:
    texts = [
        f"{verdict.path[:LONGEST_PATH]}: {verdict.reason}" if verdict.path else verdict.reason
        for verdict in verdicts
    ]
    more = f"; and {len(texts) - MOST_REASONS} more" if len(texts) > MOST_REASONS else ""
    return "; ".join(texts[:MOST_REASONS]) + more


def _joined(reason: str, refused: str) -> str:
    return f"{reason}; the change was refused: {refused}" if refused else reason
