"""Take one of the places for runs that work at the same time (MAX_CONCURRENT_RUNS), in their order.

A run that gets no place leaves a ticket. It may take a free place when there are more of them than tickets of
earlier runs. Run ids sort by the time of the request.
"""

from collections.abc import Mapping
from typing import Any

from activities.activity import activity
from activities.parts.parallel import in_parallel
from autocoder.clients.connect import clients
from autocoder.clients.run_records import RunRecords
from autocoder.models import Run, Slot
from autocoder.runs.claims import SLOT, Claim, active_claim
from autocoder.runs.rows import is_over
from autocoder.settings import settings

TICKET = "ticket-"  # how the keys of tickets begin; those of places are numbers
CANCELLED = Slot(granted=False, cancelled=True)


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
        return CANCELLED
    if holder not in (None, run.id):  # it was thought never to start, and another took its place
        return CANCELLED
    if any(owner == run.id and not key.startswith(TICKET) for key, owner in held.items()):
        return _granted(records, run, row, held)
    before = _earlier(run, held)
    free = [place for place in map(str, range(settings().max_concurrent_runs)) if place not in held]
    start = int(run.id[-4:], 36) % len(free) if free else 0  # so that runs do not fight for the same place
    for place in free[start:] + free[:start] if len(free) > before else ():
        if records.take(Claim(SLOT, place), run.id) == run.id:
            return _granted(records, run, row, held)
    return _waiting(records, run, row, held)


def _earlier(run: Run, held: Mapping[str, str]) -> int:
    """Return how many earlier runs wait: newer ids sort first."""
    return sum(key.startswith(TICKET) and owner > run.id for key, owner in held.items())


def _granted(records: RunRecords, run: Run, row: dict[str, Any], held: Mapping[str, str]) -> Slot:
    """Note that the run is being prepared, unless it is further; give the place back if the run has ended.

    An activity may be executed once more, after the run for which it was called is over.
    """
    row = records.enter(run.id, "preparing", {"reason": ""}, row)
    if is_over(row):
        records.release_all((SLOT,), run.id)
        return CANCELLED
    if TICKET + run.id in held:
        records.release([Claim(SLOT, TICKET + run.id)], run.id)
    return Slot(granted=True)


def _waiting(records: RunRecords, run: Run, row: dict[str, Any], held: Mapping[str, str]) -> Slot:
    """Leave a ticket, once, and say how many runs are before this one; take it back if the run has ended."""
    before = _earlier(run, held)
    others = f"behind {before} other run{'s' if before > 1 else ''}" if before else "and next in line"
    reason, is_new = f"Waiting for a place, {others}.", TICKET + run.id not in held
    if is_new:
        records.take(Claim(SLOT, TICKET + run.id), run.id)
    if (is_new or row.get("reason") != reason) and is_over(records.note(run.id, reason, row)):
        records.release_all((SLOT,), run.id)
        return CANCELLED
    if not row.get("seen"):  # else its status soon says that it has begun
        records.merge(run.id, {"seen": True})
    return Slot(granted=False, before=before)
