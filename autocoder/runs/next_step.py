"""What comes next for a run, decided from its record alone, without I/O.

Nothing depends on the history of an orchestration: a fresh start, a deployment, a lost history, a dead worker
and a hint are one case. A run's agent is never begun again once it may have been paid.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from autocoder.models import Budget, GroupVerdict
from autocoder.rounds import FIRST
from autocoder.runs.files import ATTEMPT, PLAN, REPORT, RESULT
from autocoder.runs.rows import is_concluded, is_over

Step = Literal[
    "nothing",  # the run is over, or has no record
    "conclude",  # how it ends is settled
    "cancel",  # it ends as cancelled
    "publish",  # the result is there
    "begin",  # nothing is settled, and nothing was paid
    "launch",  # the plan is there, and no container of it has started
    "look",  # the answer depends on the container group
    "look_again",  # the platform says something that one look does not prove
    "watch",  # the group starts or works
    "make_room",  # the region had no room for the group: it is deleted, and asked for later
    "ended",  # the group has ended, and there is no result
]
LAUNCHED_AT, LAUNCHES, ABSENCES = "launched_at", "launches", "absences"  # columns
MAX_LAUNCHES = 3  # of a group that is gone before its supervisor began
MAX_LOOKS = 4  # so many looks in a row must agree on an end that no result explains
PAID_MINUTES = 24 * 60.0  # for which a service is waited for once the agent has worked
GRACE_MINUTES = 10  # for checks and upload, beyond the agent's minutes
PUBLIC = ("publishing", "reporting")  # a run in one of these phases can no longer be cancelled


@dataclass(frozen=True, slots=True)
class Stock:
    """What there is of a run: its row, the names of its blobs and its round's, and what its group showed."""

    row: Mapping[str, Any]
    blobs: frozenset[str] = field(default=frozenset())
    group: GroupVerdict | None = None


def may_launch(row: Mapping[str, Any]) -> bool:
    """Whether the run in *row* has no container group that was accepted, and is not reported."""
    return not (is_concluded(row) or row.get(LAUNCHED_AT))


def is_untouched(row: Mapping[str, Any]) -> bool:
    """Whether the run in *row* has taken no step yet, so that there is nothing but its request.

    What an orchestration writes first is that the run waits, or that it is being prepared; whoever settles
    the end of a run before that writes that it was seen.
    """
    if int(row.get("round") or FIRST) > FIRST:
        return False
    touched = (LAUNCHED_AT, "seen", "waiting_for", "cancel_requested", "restarts")
    return row.get("status") == "queued" and not any(row.get(name) for name in touched)


def next_step(stock: Stock) -> Step:
    """Return what a run with this *stock* does next."""
    row, blobs = stock.row, stock.blobs
    if not row or is_over(row):
        return "nothing"
    if REPORT in blobs:
        return "conclude"  # a new judgement could contradict what people were told
    if row.get("cancel_requested") and row["status"] not in PUBLIC:
        return "cancel"
    return "publish" if RESULT in blobs else _without_result(stock)


def _without_result(stock: Stock) -> Step:
    row, blobs = stock.row, stock.blobs
    if PLAN not in blobs:
        return "begin"
    if not row.get(LAUNCHED_AT):
        return "launch"
    return "look" if stock.group is None else _by_group(stock, stock.group)


def _by_group(stock: Stock, group: GroupVerdict) -> Step:
    if group.state in ("starting", "working"):
        return "watch"
    if not group.final and int(stock.row.get(ABSENCES) or 0) + 1 < MAX_LOOKS:
        return "look_again"
    if ATTEMPT in stock.blobs:
        return "ended"
    if group.lacks_room:
        return "make_room"
    may_launch = group.state == "gone" and int(stock.row.get(LAUNCHES) or 0) < MAX_LAUNCHES
    return "launch" if may_launch else "ended"  # the supervisor never began: nothing was paid


def deadline_verdict(
    seen: GroupVerdict, row: Mapping[str, Any], budget: Budget, provisioning_minutes: float, now: dt.datetime
) -> GroupVerdict:
    """Return *seen*, or that the run's time, or the time to start its containers, is over."""
    launched = dt.datetime.fromisoformat(str(row[LAUNCHED_AT]))
    most = provisioning_minutes + (budget.minutes or 0) + GRACE_MINUTES
    if now >= launched + dt.timedelta(minutes=most):
        return GroupVerdict(state="late", final=True)
    if seen.state == "starting" and now >= launched + dt.timedelta(minutes=provisioning_minutes):
        reason = f"The container group did not start within {provisioning_minutes:g} minutes."
        told = f" Azure's last events: {seen.reason}" if seen.reason else ""
        advice = "Check its image, or raise PROVISIONING_MINUTES."
        return GroupVerdict(state="failed", reason=f"{reason}{told} {advice}", final=True)
    return seen
