"""The work item's comment about a run: added once, then edited as the run proceeds."""

import logging
from collections.abc import Mapping
from typing import Any

from autocoder import wire
from autocoder.clients.azure_devops.work_items import WorkItems
from autocoder.clients.connect import Clients
from autocoder.errors import AutocoderError, NotFound
from autocoder.models import Phase, Run, RunReport
from autocoder.reports.comment import final_comment, progress_comment, run_marker
from autocoder.rounds import WholeRun
from autocoder.runs.files import REPORT
from autocoder.runs.rows import is_concluded, pull_request_of
from autocoder.settings import settings

TRIED = {"comment_tried": True}
log = logging.getLogger("autocoder.activities")


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
            repeat_final_comment(connected, run, latest)


def try_to_show_phase(connected: Clients, run: Run, phase: Phase, row: Mapping[str, Any] | None) -> None:
    """Write *phase* as `show_phase` does; a comment that fails is not worth the run."""
    try:
        show_phase(connected, run, phase, row)
    except AutocoderError as error:
        _log_failure(run, phase, error)


def _log_failure(run: Run, phase: Phase, error: AutocoderError) -> None:
    if isinstance(error, NotFound):
        log.info("run %s: the work item no longer exists, so it gets no comment", run.id)
    else:
        log.warning("run %s: the comment could not be set to %s: %s", run.id, phase, error)


def give_report(connected: Clients, report: RunReport, row: Mapping[str, Any]) -> RunReport:
    """Write the final comment of a run with this *row*; return the report with the pull request that it has.

    Raises `NotFound` when the work item was deleted.
    """
    report = _with_pull_request(report, row)
    log_url = f"{settings().public_url}/api/runs/{report.run.id}/log"
    write_comment(connected, report.run, final_comment(report, log_url), row)
    return report


def repeat_final_comment(connected: Clients, run: Run, row: Mapping[str, Any]) -> None:
    """Write the final comment of a run with this *row* once more, after a late edit may have replaced it."""
    stored = connected.blobs.get(WholeRun(run.id), REPORT)
    if stored is not None:
        give_report(connected, wire.load(RunReport, stored), row)


def _with_pull_request(report: RunReport, row: Mapping[str, Any]) -> RunReport:
    if report.pull_request is not None:
        return report
    return report.model_copy(update={"pull_request": pull_request_of(row)})


def write_comment(connected: Clients, run: Run, text: str, row: Mapping[str, Any] | None) -> None:
    """Edit the comment of *run* that *row* records, or add it if there is none."""
    if not _is_edited(connected, run, text, row or {}):
        connected.records.merge(run.id, TRIED)
        connected.records.merge(run.id, _added(connected, run, text))


def tried_columns(run: Run, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the run's row has to say before `show_preparing` adds its first comment."""
    return {} if run.request.work_item_id is None or row.get("comment_id") is not None else dict(TRIED)


def show_preparing(
    connected: Clients, run: Run, row: Mapping[str, Any], *, is_repeat: bool
) -> dict[str, Any]:
    """Write the phase as `try_to_show_phase` does; return the columns that are to be added to the row.

    A repeat leaves a comment alone that is there.
    """
    if is_repeat and row.get("comment_id") is not None:
        return {}
    text = progress_comment(run.id, "preparing", "")
    try:
        return {} if _is_edited(connected, run, text, row) else _added(connected, run, text)
    except AutocoderError as error:
        _log_failure(run, "preparing", error)
        return {}


def _is_edited(connected: Clients, run: Run, text: str, row: Mapping[str, Any]) -> bool:
    """Edit the comment of *run*; return False when there is none that could be edited, and one is wanted."""
    number, project = run.request.work_item_id, run.request.project
    if number is None:
        return True
    work_items, known = _work_items(connected, run), row.get("comment_id")
    if known is None and row.get("comment_tried"):
        found = work_items.find_comment(project, number, run_marker(run.id))
        known = found.id if found else None
    if known is None:
        return False
    try:
        work_items.edit_comment(project, number, int(known), connected.redact(text))
    except NotFound:  # it was deleted
        return False
    return True


def _added(connected: Clients, run: Run, text: str) -> dict[str, Any]:
    """Add the comment of *run*; return the column that records it."""
    project, number = run.request.project, run.request.work_item_id or 0
    added = _work_items(connected, run).add_comment(project, number, connected.redact(text))
    return {"comment_id": added}


def _work_items(connected: Clients, run: Run) -> WorkItems:
    return connected.azure_devops(run.request.organization).work_items
