"""Lets a run wait without an orchestration for a service that is away; the janitor starts it again."""

import datetime as dt

from activities.activity import activity
from autocoder.clients.connect import clients
from autocoder.models import Ended, Wait
from autocoder.runs.rows import SERVICE

MIN_SECONDS, MAX_SECONDS = 1.0, 600.0


@activity
def suspend_run(wait: Wait) -> Ended | None:
    """Write what the run waits for and until when; return how it ends when it has waited long enough."""
    records, now = clients().records, dt.datetime.now(dt.UTC)
    row = records.get(wait.run.id) or {}
    since = str(row.get("waiting_since")) if row.get("waiting_for") == SERVICE else wait.since
    waited = now - dt.datetime.fromisoformat(since)
    if waited + dt.timedelta(seconds=wait.seconds) > dt.timedelta(minutes=wait.minutes):
        return Ended(outcome="failed", reason=wait.reason)
    pause = dt.timedelta(seconds=min(max(wait.seconds, MIN_SECONDS), MAX_SECONDS))
    columns = {
        "waiting_for": SERVICE,
        "waiting_since": since,
        "waiting_until": (now + pause).isoformat(timespec="milliseconds"),
    }
    records.note(wait.run.id, f"Waiting: {wait.reason}", more=columns)
    return None
