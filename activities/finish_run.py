"""Records a run's outcome, releases its claims and passes its place on."""

from activities.activity import Start, activity
from activities.parts.run_files import settled
from autocoder.clients.connect import clients
from autocoder.clock import now
from autocoder.models import RunReport
from autocoder.runs.claims import ACTIVE
from autocoder.runs.files import PACK
from autocoder.runs.rows import usage_column


@activity
def finish_run(report: RunReport, start: Start) -> None:
    """Record the outcome, then free what the run held, and start the runs that get its place."""
    connected, run, untold = clients(), report.run, report.untold
    records = connected.records
    if untold:  # else it was settled before the work item was told
        report = settled(connected, report)
    pull_request = report.pull_request
    columns = {
        "status": report.outcome,
        "reason": f"{report.reason} {untold}".strip(),
        "branch": report.branch or None,
        "pull_request_id": pull_request.id if pull_request else None,
        "pull_request_url": pull_request.url if pull_request else None,
        "ended_at": now(),
        "report_owed": bool(untold),  # the janitor gives it once that is possible
    }
    usage = usage_column(report.usage) if report.usage.turns else {}
    records.end(run.id, {**columns, **usage})
    records.release_all((ACTIVE,), run.id)
    if report.outcome == "refused":  # a refused change may contain a secret
        connected.blobs.delete(run.current_round, PACK)
    for next_run in connected.places.leave_place(run.id):
        start(next_run)
