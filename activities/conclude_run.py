"""Ends a run in one step where nothing keeps it waiting: deletes its groups, reports it, frees what it held.

What cannot be done at once is left to `delete_container_group`, `report_run` and `finish_run`, each of which
may be waited for.
"""

import logging
from collections.abc import Callable
from typing import Any

from pydantic import Field

from activities.activity import Start, activity
from activities.parts.final_report import begin_reporting, tell
from activities.parts.run_end import delete_groups, end_run
from autocoder.clients.connect import Clients, clients
from autocoder.models import Concluded, RunReport, Value
from autocoder.parallel import in_parallel
from autocoder.runs.rows import is_over

Row = dict[str, Any]
log = logging.getLogger("autocoder.activities")


class Conclusion(Value):
    """How a run ends."""

    report: RunReport
    row: Row | None = Field(None, description="the run's row, which saves another read")


@activity
def conclude_run(given: Conclusion, start: Start) -> Concluded:
    """Settle how the run ends, then delete its groups and report it at once; then free what it held.

    The groups do not wait for an Azure DevOps that is away, nor the report for Azure.
    """
    connected, report = clients(), given.report
    run_id = report.run.id
    begun = _attempted(connected, run_id, lambda: _begun(connected, report, given.row))
    deleted, told = in_parallel(
        lambda: _attempted(connected, run_id, lambda: _deleted(connected, report)),
        lambda: _attempted(connected, run_id, lambda: _told(connected, *begun)) if begun else None,
    )
    if not (deleted and told and begun):
        return Concluded(report=told, is_deleted=bool(deleted))
    next_runs = _attempted(connected, run_id, lambda: end_run(connected, told, begun[1]))
    for next_run in next_runs or ():
        start(next_run)
    return Concluded(report=told, is_deleted=True, is_finished=next_runs is not None)


def _begun(connected: Clients, report: RunReport, read: Row | None) -> tuple[RunReport, Row]:
    """Settle how the run ends; what has changed since its row was *read* is seen when that is written."""
    row = read or connected.records.get(report.run.id) or {}
    return (report, row) if is_over(row) else begin_reporting(connected, report, row)


def _told(connected: Clients, report: RunReport, row: Row) -> RunReport:
    """Tell the work item, unless the run is over: then it was told, and a worker died before the rest."""
    return report if is_over(row) else tell(connected, report, row)


def _deleted(connected: Clients, report: RunReport) -> bool:
    delete_groups(connected, report.run)
    return True


def _attempted(connected: Clients, run_id: str, do: Callable[[], Any]) -> Any:
    """Return what *do* does, or None when it fails: whoever tries again learns why."""
    try:
        return do()
    except Exception as error:  # a bug, too: it must not keep the containers, or the report
        reason = connected.redact(f"{type(error).__name__}: {error}")
        log.warning("run %s: a part of its end is left: %s", run_id, reason)
        return None
