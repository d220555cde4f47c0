"""Reports how a run ended: in the work item's comment, and in its state if the settings say so."""

from activities.activity import activity
from activities.parts.final_report import begin_reporting, tell
from autocoder.clients.connect import clients
from autocoder.models import RunReport


@activity
def report_run(report: RunReport) -> RunReport:
    """Tell the work item how the run ended; what was settled earlier is told, and returned.

    Raises `Conflict` when the run has ended.
    """
    connected = clients()
    row = connected.records.unfinished(report.run.id)
    return tell(connected, *begin_reporting(connected, report, row))
