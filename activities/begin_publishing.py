"""The point of no return: from here on a run can no longer be cancelled."""

from activities.activity import activity
from activities.record_phase import now
from autocoder.clients.connect import clients
from autocoder.models import Ended, Plan
from autocoder.records import phase_columns


@activity
def begin_publishing(plan: Plan) -> Ended | None:
    """Note the phase `publishing`, unless a cancel was asked for before; then return how the run ends."""
    row = clients().records.begin_publishing(plan.run.id, phase_columns("publishing", now()))
    if row is not None and row.get("cancel_requested"):
        return Ended(outcome="cancelled", reason="It was cancelled before anything was pushed.")
    return None
