"""Lets a run wait without an orchestration for a service that is away; the janitor starts it again."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from activities.activity import activity
from autocoder.clients.connect import clients
from autocoder.models import Ended, Wait
from autocoder.runs.rows import SERVICE

RESUMED_WITHIN = dt.timedelta(minutes=5)  # the janitor looks each minute
TRIED_AT = "waiting_tried_at"  # column: when the first try was after which the run began its last wait
MIN_SECONDS, MAX_SECONDS = 1.0, 600.0


@activity
def suspend_run(wait: Wait) -> Ended | None:
    """Write what the run waits for and until when; return how it ends when it has waited long enough."""
    records, now = clients().records, dt.datetime.now(dt.UTC)
    row = records.get(wait.run.id) or {}
    if _has_gone_on(row, wait):  # the activity is executed once more, after this wait
        return None
    since = str(row["waiting_since"]) if _goes_on(row, wait) else wait.since
    waited = now - dt.datetime.fromisoformat(since)
    if waited + dt.timedelta(seconds=wait.seconds) > dt.timedelta(minutes=wait.minutes):
        return Ended(outcome="failed", reason=wait.reason)
    pause = dt.timedelta(seconds=min(max(wait.seconds, MIN_SECONDS), MAX_SECONDS))
    columns = {
        "waiting_for": SERVICE,
        "waiting_since": since,
        "waiting_until": (now + pause).isoformat(timespec="milliseconds"),
        TRIED_AT: wait.since,
    }
    records.note(wait.run.id, f"Waiting: {wait.reason}", more=columns)
    return None


def _has_gone_on(row: Mapping[str, Any], wait: Wait) -> bool:
    """Whether the run has waited like this before, and that is over, or it waits for what came later."""
    if not row.get(TRIED_AT):
        return False
    last, this = (dt.datetime.fromisoformat(time) for time in (str(row[TRIED_AT]), wait.since))
    return last > this or (last == this and row.get("waiting_for") != SERVICE)


def _goes_on(row: Mapping[str, Any], wait: Wait) -> bool:
    """Whether the run has waited before, and this try is the one that followed."""
    if row.get("waiting_for") != SERVICE or not row.get("waiting_until"):
        return False
    resumed = dt.datetime.fromisoformat(str(row["waiting_until"])) + RESUMED_WITHIN
    return dt.datetime.fromisoformat(wait.since) <= resumed
