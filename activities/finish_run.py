"""Records a run's outcome, releases its claims and passes its place on."""

from activities.activity import Start, activity
from activities.parts.run_end import end_run
from autocoder.clients.connect import clients
from autocoder.models import RunReport


@activity
def finish_run(report: RunReport, start: Start) -> None:
    """Record the outcome, then free what the run held, and start the runs that get its place."""
    for next_run in end_run(clients(), report):
        start(next_run)
