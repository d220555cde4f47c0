"""The last of a run: its container groups are deleted, its outcome is recorded, what it held is freed."""

from typing import Any

from activities.parts.run_files import settled
from autocoder.clients.connect import Clients
from autocoder.clock import now
from autocoder.ids import group_name
from autocoder.models import Run, RunReport
from autocoder.rounds import Round
from autocoder.runs.claims import active_claim
from autocoder.runs.rows import CLAIM_ETAG, usage_column


def delete_groups(connected: Clients, run: Run) -> None:
    """Delete the group of each round, whatever its state; that of an earlier round should be gone already."""
    for number in range(run.round, 0, -1):
        connected.containers.delete_group(group_name(Round(run.id, number)))


def end_run(connected: Clients, report: RunReport, row: dict[str, Any] | None = None) -> tuple[str, ...]:
    """Record the outcome, then free what the run held; return the runs that get its place, to be started.

    *row* is the run's row if it was read before.
    """
    run, untold, records = report.run, report.untold, connected.records
    if untold:  # else it was settled before the work item was told
        report = settled(connected, report, row)
    pull_request = report.pull_request
    columns = {
        "status": report.outcome,
        "reason": f"{report.reason} {untold}".strip(),
        "cause": report.cause or None,
        "branch": report.branch,  # empty takes back what the launch planned: it was never pushed
        "pull_request_id": pull_request.id if pull_request else None,
        "pull_request_url": pull_request.url if pull_request else None,
        "ended_at": now(),
        "report_owed": bool(untold),  # the janitor gives it once that is possible
    }
    usage = usage_column(report.usage) if report.usage.turns else {}
    records.end(run.id, {**columns, **usage}, row)
    records.release_read(active_claim(run.request, run.id), run.id, str((row or {}).get(CLAIM_ETAG) or ""))
    return connected.places.leave_place(run.id)
