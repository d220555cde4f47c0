"""Take one of the places for runs that work at the same time (MAX_CONCURRENT_RUNS), in their order.

A run that gets none waits without an orchestration: its row says for what, since when and why, and whoever
frees a place starts it. See `autocoder/clients/places.py`.
"""

from typing import Any

from activities.activity import Start, activity
from activities.parts.parallel import in_parallel
from autocoder.clients.connect import Clients, clients
from autocoder.clock import now
from autocoder.models import Run, Slot
from autocoder.runs.claims import active_claim
from autocoder.runs.places import Turn
from autocoder.runs.rows import PLACE, is_over

CANCELLED = Slot(granted=False, cancelled=True, reason="The run was cancelled while it was queued.")
OUTRUN = Slot(granted=False, cancelled=True, reason="Another run has taken the work item.")


@activity
def claim_slot(run: Run, start: Start) -> Slot:
    """Return whether *run* has a place now, or was cancelled meanwhile; a run that has ended takes none."""
    connected = clients()
    records = connected.records
    row, holder = in_parallel(
        lambda: records.get(run.id) or {},
        lambda: records.holder(active_claim(run.request, run.id)),
    )
    if row.get("cancel_requested") or is_over(row):
        return CANCELLED
    if holder not in (None, run.id):  # its claim was freed while it had no row yet
        return OUTRUN
    turn = connected.places.take_place(run)
    if not turn.granted:
        row = _wait(connected, run, row, turn)
        turn = connected.places.take_place(run)  # whoever gave it one before did not see it wait
    row = _go_on(connected, run, row) if turn.granted else row
    if is_over(row):
        return _give_back(connected, run, start)
    return Slot(granted=turn.granted, before=turn.before)


def _wait(connected: Clients, run: Run, row: dict[str, Any], turn: Turn) -> dict[str, Any]:
    """Note that the run waits, and that it has taken its first step; return its row."""
    since = row.get("waiting_since") if row.get("waiting_for") == PLACE else None
    columns = {"waiting_for": PLACE, "waiting_since": since or now(), "seen": True}
    return connected.records.note(run.id, turn.reason, row, columns)


def _go_on(connected: Clients, run: Run, row: dict[str, Any]) -> dict[str, Any]:
    """Note that the run has its place and is being prepared, unless it is further; return its row."""
    records = connected.records
    row = records.enter(run.id, "preparing", {"reason": "", "waiting_for": ""}, row)
    if row.get("waiting_for") == PLACE and not is_over(row):
        row = records.note(run.id, "", row, {"waiting_for": ""})
    connected.places.arrive(run.id)
    return row


def _give_back(connected: Clients, run: Run, start: Start) -> Slot:
    """Pass on what the run has taken although it had ended.

    An activity may be executed once more, after the run for which it was called is over.
    """
    for next_run in connected.places.leave_place(run.id):
        start(next_run)
    return CANCELLED
