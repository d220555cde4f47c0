"""Report how a run ended: the work item's one comment, and its state where the team wants that."""

from activities.activity import activity
from activities.parts.work_item_comment import write_final_comment
from autocoder.clients.connect import Clients, clients
from autocoder.errors import NotFound
from autocoder.models import RunReport
from autocoder.reports.comment import final_comment
from autocoder.runs.rows import pull_request_of
from autocoder.settings import settings


@activity
def report_run(report: RunReport) -> None:
    """Write the comment's last words; set the work item's state when a pull request was opened.

    One that the report does not know of, because the step or the orchestration that opened it was lost, is in
    the run's row.
    """
    connected, run = clients(), report.run
    if report.pull_request is None:
        opened = pull_request_of(connected.records.get(run.id) or {})
        report = report.model_copy(update={"pull_request": opened})
    try:
        write_final_comment(connected, run, final_comment(report))
        if report.pull_request is not None:
            _set_state(connected, report)
    except NotFound:
        return  # a work item that does not exist cannot be told


def _set_state(connected: Clients, report: RunReport) -> None:
    """Move the work item to the first state of the category that the setting names, if its type has one."""
    category, number = settings().work_item_state_on_pull_request, report.run.request.work_item_id
    if category is None or number is None:
        return
    work_items = connected.azure_devops(report.run.request.organization).work_items
    record = work_items.get(number)
    states = work_items.states(record.project, str(record.fields.get("System.WorkItemType", "")))
    wanted = [state.name for state in states if state.category == category]
    if wanted and record.fields.get("System.State") not in wanted:
        work_items.update_fields(number, record.rev, {"System.State": wanted[0]})
