"""Deletion of files and claims of old runs; only their records in table `runs` are kept, and what finds them.

Each function does a limited part of the work, because the janitor calls it repeatedly.
"""

import contextlib
import datetime as dt
from collections.abc import Mapping
from itertools import islice
from typing import Any

from autocoder import ids, wire
from autocoder.clients.connect import Clients
from autocoder.clock import days_ago
from autocoder.models import RunRequest
from autocoder.rounds import WholeRun
from autocoder.runs.claims import CHANGE, CONTENT, DELIVERY, IDEMPOTENCY
from autocoder.runs.files import REQUEST
from autocoder.runs.rows import is_over
from autocoder.settings import Settings
from triggers.timers.sweeping import do_each

MAX_CLAIMS = 500
MAX_RUNS = 100


def delete_old_files(connected: Clients, settings: Settings) -> int:
    """Delete the blobs of runs that ended before the retention period; return the number of runs."""
    before = days_ago(settings.log_retention_days)
    old = (run_id for run_id in connected.blobs.list_runs() if ids.generated_at(run_id) < before)
    rows = ((run_id, connected.records.get(run_id)) for run_id in old)
    expired = dict(islice((one for one in rows if _ended_before(one[1], before)), MAX_RUNS))
    return do_each(
        connected, "files of run", expired, lambda run_id: _delete(connected, run_id, expired[run_id])
    )


def _delete(connected: Clients, run_id: str, row: Mapping[str, Any] | None) -> int:
    """Delete the blobs of a run, and what its work item knows of it if it has no *row*; return 1."""
    if row is None:
        _remove_from_index(connected, run_id)
    connected.blobs.delete_run(run_id)
    return 1


def _ended_before(row: Mapping[str, Any] | None, before: dt.datetime) -> bool:
    """Whether an old run has no row, or ended before *before*."""
    if row is None:
        return True
    ended = row.get("ended_at")
    return is_over(row) and (not ended or dt.datetime.fromisoformat(str(ended)) < before)


def _remove_from_index(connected: Clients, run_id: str) -> None:
    """Remove a run whose writer died before its record from the index; its request names the work item."""
    content = connected.blobs.get(WholeRun(run_id), REQUEST)
    with contextlib.suppress(ValueError):  # a request that cannot be read names none
        number = wire.load(RunRequest, content or b"{}").work_item_id
        if number is not None:
            connected.records.remove_from_index(run_id, number)


def expire_claims(connected: Clients, settings: Settings) -> int:
    """Delete the claims that detect repeats, once no repeat can arrive any more; return how many."""
    retained = days_ago(settings.log_retention_days)
    window = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=settings.dedup_window_seconds)
    ends = {
        DELIVERY: retained,
        CHANGE: retained,
        IDEMPOTENCY: retained,
        CONTENT: max(retained, window),
    }
    left = MAX_CLAIMS
    for kind, before in ends.items():
        left -= connected.records.expire(kind, before, left) if left else 0
    return MAX_CLAIMS - left
