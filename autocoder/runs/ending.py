"""How a run ends, given the supervisor's result or its row."""

from collections.abc import Mapping
from typing import Any

from autocoder.models import AgentResult, Ended, Outcome
from autocoder.shared.outcomes import BY_SUPERVISOR

NEEDS_INFO = "NEEDS_INFO:"
MAX_REASON_LENGTH = 2_000


def ending_before_start(row: Mapping[str, Any] | None) -> Ended | None:
    """Return how the run in *row* ends when it was cancelled before its containers started; else None."""
    if row is None or not row.get("cancel_requested"):
        return None
    return Ended(outcome="cancelled", reason="The run was cancelled before its containers were started.")


def ending_without_change(result: AgentResult) -> Ended | None:
    """Return how a run without a change to publish ends; None when there is one."""
    row = BY_SUPERVISOR[result.outcome]
    if result.pack is not None and row.carries_change:
        return None
    summary = result.summary.strip()
    if result.outcome in {"no_changes", "changed"}:
        if summary.startswith(NEEDS_INFO):
            return _ended("needs_info", summary.removeprefix(NEEDS_INFO).strip())
        return _ended("no_changes", result.reason or summary)
    if row.outcome == "failed":
        return _ended("failed", result.reason or summary or "The agent failed and gave no reason.")
    return _ended(row.outcome, result.reason)


def outcome_of(result: AgentResult) -> tuple[Outcome, str]:
    """Return the outcome and the reason of a run whose change is published."""
    row = BY_SUPERVISOR[result.outcome]
    if row.early_end:
        return row.outcome, result.reason or "The changes made until then are offered as a draft."
    return row.outcome, ""


def _ended(outcome: Outcome, reason: str) -> Ended:
    return Ended(outcome=outcome, reason=reason[:MAX_REASON_LENGTH])
