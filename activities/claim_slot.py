"""Take one of the places for runs that work at the same time (MAX_CONCURRENT_RUNS)."""

from typing import Any

from activities.activity import activity
from activities.parts.parallel import in_parallel
from autocoder.clients.connect import clients
from autocoder.clients.run_records import SLOT, Claim, RunRecords, active_claim
from autocoder.models import Run, Slot
from autocoder.runs.rows import is_over
from autocoder.settings import settings


@activity
def claim_slot(run: Run) -> Slot:
    """Return whether *run* has a place now, or was cancelled meanwhile; a run that has ended takes none."""
    records = clients().records
    row, holder, held = in_parallel(
        lambda: records.get(run.id) or {},
        lambda: records.holder(active_claim(run.request, run.id)),
        lambda: records.held(SLOT),
    )
    if row.get("cancel_requested") or is_over(row):
        return Slot(granted=False, cancelled=True)
    if holder not in (None, run.id):  # it was thought never to start, and another took its place
        return Slot(granted=False, cancelled=True)
    if run.id in held.values():
        return _granted(records, run, row)
    free = [place for place in map(str, range(settings().max_concurrent_runs)) if place not in held]
    start = int(run.id[-4:], 36) % len(free) if free else 0  # so that runs do not fight for the same place
    for place in free[start:] + free[:start]:
        if records.take(Claim(SLOT, place), run.id) == run.id:
            return _granted(records, run, row)
    if not row.get("seen"):  # else its status soon says that it has begun
        records.merge(run.id, {"seen": True})
    return Slot(granted=False)


def _granted(records: RunRecords, run: Run, row: dict[str, Any]) -> Slot:
    """Note that the run is being prepared, unless it is further; give the place back if the run has ended.

    An activity may be executed once more, after the run for which it was called is over.
    """
    row = records.enter(run.id, "preparing", {}, row)
    if is_over(row):
        records.release_all((SLOT,), run.id)
        return Slot(granted=False, cancelled=True)
    return Slot(granted=True)
