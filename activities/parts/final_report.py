"""The final report of a run: settled once, and told in the work item's comment and state."""

import contextlib
from collections.abc import Mapping
from typing import Any

from activities.parts.run_files import settled
from activities.parts.work_item_comment import give_report
from autocoder.clients.azure_devops.work_item_values import WorkItemRecord
from autocoder.clients.connect import Clients
from autocoder.errors import NotFound
from autocoder.models import RunReport
from autocoder.settings import settings

Row = dict[str, Any]


def begin_reporting(connected: Clients, report: RunReport, row: Row) -> tuple[RunReport, Row]:
    """Settle how the run with this *row* ends before the first word; return what was settled, and the row.

    From then on, whoever is late leaves the work item and the container group alone.
    """
    report = settled(connected, report, row)
    return report, connected.records.enter(report.run.id, "reporting", {}, row)


def tell(connected: Clients, report: RunReport, row: Mapping[str, Any]) -> RunReport:
    """Write the final comment, and set the work item's state if a pull request was opened.

    If the step or orchestration that opened it was lost, the report lacks the pull request, but the run's row
    has it: the report is returned with it.
    """
    with contextlib.suppress(NotFound):  # the work item was deleted
        report = give_report(connected, report, row)
        if report.pull_request is not None:
            _set_state(connected, report)
    return report


def _set_state(connected: Clients, report: RunReport) -> None:
    """Set the first state of the category in WORK_ITEM_STATE_ON_PULL_REQUEST that the item's type has."""
    category, number = settings().work_item_state_on_pull_request, report.run.request.work_item_id
    if category is None or number is None:
        return
    work_items = connected.azure_devops(report.run.request.organization).work_items

    def wanted(record: WorkItemRecord) -> str | None:
        states = work_items.states(record.project, str(record.fields.get("System.WorkItemType", "")))
        names = [state.name for state in states if state.category == category]
        return names[0] if names and record.fields.get("System.State") not in names else None

    work_items.set_state(number, wanted)
