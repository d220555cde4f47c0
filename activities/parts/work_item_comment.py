"""The work item's comment about a run: added once, then edited as the run proceeds."""

import contextlib
from collections.abc import Mapping
from typing import Any

from autocoder import wire
from autocoder.clients.connect import Clients
from autocoder.errors import NotFound
from autocoder.models import Phase, Run, RunReport
from autocoder.reports.comment import final_comment, progress_comment, run_marker
from autocoder.rounds import WholeRun
from autocoder.runs.files import REPORT
from autocoder.runs.rows import is_concluded, pull_request_of


def show_phase(connected: Clients, run: Run, phase: Phase, row: Mapping[str, Any] | None) -> None:
    """Write *phase* into the comment of *run*; does nothing without a *row*, because the run has passed it.

    While it is queued, the comment says why it waits as well.
    If the final comment was written meanwhile, this edit may have replaced it: then it is written again.
    """
    if row is None:
        return
    try:
        reason = str(row.get("reason") or "") if phase == "queued" else ""
        write_comment(connected, run, progress_comment(run.id, phase, reason), row)
    finally:  # an edit may have arrived although its answer was lost
        latest = connected.records.get(run.id) or {}
        if is_concluded(latest):
            _repeat_final_comment(connected, run, latest)


def give_report(connected: Clients, report: RunReport, row: Mapping[str, Any]) -> RunReport:
    """Write the final comment of a run with this *row*; return the report with the pull request that it has.

    Raises `NotFound` when the work item was deleted.
    """
    report = _with_pull_request(report, row)
    write_comment(connected, report.run, final_comment(report), row)
    return report


def _repeat_final_comment(connected: Clients, run: Run, row: Mapping[str, Any]) -> None:
    stored = connected.blobs.get(WholeRun(run.id), REPORT)
    if stored is not None:
        give_report(connected, wire.load(RunReport, stored), row)


def _with_pull_request(report: RunReport, row: Mapping[str, Any]) -> RunReport:
    if report.pull_request is not None:
        return report
    return report.model_copy(update={"pull_request": pull_request_of(row)})


def write_comment(connected: Clients, run: Run, text: str, row: Mapping[str, Any] | None) -> None:
    """Edit the comment of *run* that *row* records, or add it if there is none."""
    number, project, text = run.request.work_item_id, run.request.project, connected.redact(text)
    if number is None:
        return
    work_items = connected.azure_devops(run.request.organization).work_items
    row = row or {}
    known = row.get("comment_id")
    if known is None and row.get("comment_tried"):
        found = work_items.find_comment(project, number, run_marker(run.id))
        known = found.id if found else None
    if known is not None:
        with contextlib.suppress(NotFound):  # it was deleted: a new one is added below
            work_items.edit_comment(project, number, int(known), text)
            return
    connected.records.merge(run.id, {"comment_tried": True})
    connected.records.merge(run.id, {"comment_id": work_items.add_comment(project, number, text)})
