"""Take one of the places for runs that work at the same time (MAX_CONCURRENT_RUNS), in their order.

A run that gets none waits without an orchestration: its row says for what, since when and why, and whoever
frees a place starts it. See `autocoder/clients/places.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from autocoder.clients.connect import Clients
from autocoder.clock import now
from autocoder.models import Run
from autocoder.parallel import in_parallel
from autocoder.runs.claims import active_claim
from autocoder.runs.ending import cancelled_in
from autocoder.runs.places import Turn
from autocoder.runs.rows import CLAIM_ETAG, PLACE, is_over

OUTRUN = "Another run has taken the work item."
Start = Callable[[str], None]
Row = dict[str, Any]


@dataclass(frozen=True)
class Slot:
    """Whether the run has a place, or has to end; with its row as it is now."""

    granted: bool
    before: int = 0  # how many runs are before it
    cancelled: str = ""  # why it has to end
    row: Row = field(default_factory=dict)


def claim_slot(connected: Clients, run: Run, start: Start, read: Row | None = None) -> Slot:
    """Return whether *run* has a place now, or was cancelled meanwhile; a run that has ended takes none.

    *read* is the run's row if it was read before; what has changed since then is seen when it is written.
    """
    records = connected.records
    row, (holder, etag) = in_parallel(
        lambda: read or records.get(run.id) or {},
        lambda: records.holding(active_claim(run.request, run.id)),
    )
    if row.get("cancel_requested") or is_over(row):
        return _cancelled(row)
    if holder not in (None, run.id):  # its claim was freed while it had no row yet
        return Slot(granted=False, cancelled=OUTRUN)
    turn = connected.places.take_place(run)
    if not turn.granted:
        row = _wait(connected, run, row, turn)
        turn = connected.places.take_place(run)  # whoever gave it one before did not see it wait
    row = _go_on(connected, run, row, turn, etag) if turn.granted else row
    if is_over(row):
        return _give_back(connected, run, start, row)
    if row.get("cancel_requested"):
        return _cancelled(row)
    return Slot(granted=turn.granted, before=turn.before, row=row)


def _wait(connected: Clients, run: Run, row: Row, turn: Turn) -> Row:
    """Note that the run waits, and that it has taken its first step; return its row."""
    since = row.get("waiting_since") if row.get("waiting_for") == PLACE else None
    columns = {"waiting_for": PLACE, "waiting_since": since or now(), "seen": True}
    return connected.records.note(run.id, turn.reason, row, columns)


def _go_on(connected: Clients, run: Run, row: Row, turn: Turn, etag: str) -> Row:
    """Note that the run has its place and is being prepared, unless it is further; return its row.

    *etag* is that of its claim, empty if it has none.
    """
    records = connected.records
    row = records.enter(run.id, "preparing", {"reason": "", "waiting_for": "", CLAIM_ETAG: etag}, row)
    if row.get("waiting_for") == PLACE and not is_over(row):
        row = records.note(run.id, "", row, {"waiting_for": ""})
    if turn.had_ticket:
        connected.places.arrive(run.id)
    return row


def _cancelled(row: Row) -> Slot:
    return Slot(granted=False, cancelled=cancelled_in(row).reason)


def _give_back(connected: Clients, run: Run, start: Start, row: Row) -> Slot:
    """Pass on what the run has taken although it had ended.

    An activity may be executed once more, after the run for which it was called is over.
    """
    for next_run in connected.places.leave_place(run.id):
        start(next_run)
    return _cancelled(row)
