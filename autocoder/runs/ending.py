"""How a run ends, given the supervisor's result, its row, or what was seen of its container group."""

from collections.abc import Mapping
from typing import Any

from autocoder.models import MAX_REASON_LENGTH, AgentResult, Ended, GroupVerdict, Plan
from autocoder.runs.next_step import LAUNCHED_AT
from autocoder.shared.build_outputs import counted
from autocoder.shared.outcomes import BY_SUPERVISOR, Outcome

NEEDS_INFO = "NEEDS_INFO:"
MAX_LISTED = 20  # withheld paths in a reason


def cancelled_in(row: Mapping[str, Any]) -> Ended:
    """Return how a run ends whose cancel was seen while it had this *row*."""
    if row["status"] == "queued":
        return _ended("cancelled", "The run was cancelled while it was queued.")
    if row["status"] in ("preparing", "provisioning") and not row.get(LAUNCHED_AT):
        return _ended("cancelled", "The run was cancelled before its containers were started.")
    return _ended("cancelled", "The run was cancelled and its containers were stopped.")


def ending_without_result(seen: GroupVerdict) -> Ended:
    """Return how the run ends without a result, by what was seen of its container group."""
    if seen.state == "gone":
        return _ended("interrupted", "The container group was deleted before it wrote a result.")
    if seen.state == "late":
        return _ended("timed_out", "The deadline passed before the containers wrote a result.")
    if seen.final and seen.reason:
        return _ended("failed", seen.reason)
    what = "could not be started" if seen.state == "failed" else "ended without a result"
    reason = f"The container group {what}: {seen.reason}" if seen.reason else ""
    return _ended("failed", reason or f"The container group {what}, and Azure gives no reason.")


def completes_draft(plan: Plan, result: AgentResult) -> bool:
    """Whether the run's agent found that the draft from which it started lacks nothing."""
    is_empty = result.outcome == "no_changes" and not (result.withheld or result.more_withheld)
    is_done = is_empty and not result.summary.strip().startswith(NEEDS_INFO)
    return is_done and plan.base.resumes is not None


def ending_without_change(plan: Plan, result: AgentResult) -> Ended | None:
    """Return how a run with nothing to publish ends; None when it has a change, or a draft to complete."""
    row = BY_SUPERVISOR[result.outcome]
    if (result.pack is not None and row.carries_change) or completes_draft(plan, result):
        return None
    summary = result.summary.strip()
    if result.outcome in {"no_changes", "changed"}:
        if summary.startswith(NEEDS_INFO):
            return _ended("needs_info", summary.removeprefix(NEEDS_INFO).strip())
        if result.withheld:
            return _ended("refused", _nothing_else(result))
        said = [result.reason or summary, counted(result.build_outputs)]
        return _ended("no_changes", "\n\n".join(filter(None, said)))
    why = result.reason
    if row.outcome == "failed":
        why = why or summary or "The agent failed and gave no reason."
    return _ended(row.outcome, why, result.cause)


def ending_with_change(plan: Plan, result: AgentResult) -> Ended:
    """Return how a run ends whose change is published; the reason of one that completed is a remark."""
    row = BY_SUPERVISOR[result.outcome]
    if completes_draft(plan, result):
        return _ended("completed", "The agent found nothing left to change in the draft.")
    if row.early_end:
        reason = result.reason or "The changes made until then are offered as a draft."
        return _ended(row.outcome, reason, result.cause)
    return _ended(row.outcome, result.reason)


def _nothing_else(result: AgentResult) -> str:
    """Return why nothing is left to publish: each withheld path with its reason, as many as are listed."""
    listed = [f"- {item.path}: {item.reason}" for item in result.withheld[:MAX_LISTED]]
    more = len(result.withheld) - len(listed) + result.more_withheld
    rest = [f"- and {more:,} more"] if more else []
    return "\n".join(["All that the agent changed was withheld:", *listed, *rest])


def _ended(outcome: Outcome, reason: str, cause: str = "") -> Ended:
    return Ended(outcome=outcome, reason=reason[:MAX_REASON_LENGTH], cause=cause)
