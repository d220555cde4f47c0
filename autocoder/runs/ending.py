"""From what the supervisor found to how the run ends."""

from collections.abc import Mapping
from typing import Any

from autocoder.models import AgentResult, Ended, Outcome

NEEDS_INFO = "NEEDS_INFO:"
LONGEST_REASON = 2_000
SAME_WORD: dict[str, Outcome] = {
    "budget_spent": "budget_spent",
    "timed_out": "timed_out",
    "interrupted": "interrupted",
    "cancelled": "cancelled",
    "refused": "refused",
}


def cancelled_before_the_start(row: Mapping[str, Any] | None) -> Ended | None:
    """Return how the run in *row* ends when its cancel came before its containers; None when none did."""
    if row is None or not row.get("cancel_requested"):
        return None
    return Ended(outcome="cancelled", reason="It was cancelled before its containers were started.")


def ending_without_change(result: AgentResult) -> Ended | None:
    """Return how a run ends that has nothing to publish; None when there is a change to publish."""
    if result.pack is not None and result.outcome in ("changed", "budget_spent", "timed_out"):
        return None
    summary = result.summary.strip()
    if result.outcome in {"no_changes", "changed"}:
        if summary.startswith(NEEDS_INFO):
            return _ended("needs_info", summary.removeprefix(NEEDS_INFO).strip())
        return _ended("no_changes", result.reason or summary)
    if result.outcome in {"agent_failed", "clone_failed"}:
        return _ended("failed", result.reason or summary or "The agent failed without a word.")
    return _ended(SAME_WORD[result.outcome], result.reason)


def outcome_of(result: AgentResult) -> tuple[Outcome, str]:
    """Return outcome and reason of a run whose change is published."""
    if result.outcome in ("budget_spent", "timed_out"):
        return result.outcome, result.reason or "What was changed until then is offered as a draft."
    return "completed", ""


def _ended(outcome: Outcome, reason: str) -> Ended:
    return Ended(outcome=outcome, reason=reason[:LONGEST_REASON])
