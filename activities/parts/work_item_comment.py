"""The work item's one comment, which follows the run: added once, then edited."""

import contextlib
from collections.abc import Mapping
from typing import Any

from autocoder.clients.connect import Clients
from autocoder.clock import now
from autocoder.errors import NotFound
from autocoder.models import Phase, Run
from autocoder.reports.comment import progress_comment, run_marker
from autocoder.runs.rows import PHASE_COLUMN, is_concluded

FINAL_COMMENT = "comment.md"


def show_phase(connected: Clients, run: Run, phase: Phase, row: Mapping[str, Any] | None) -> None:
    """Write *phase* into the comment of *run*, whose *row* says so; None: the run is further.

    When the last words were written meanwhile, this edit may have come after them: they are written again.
    """
    if row is None:
        return
    try:
        write_comment(connected, run, progress_comment(run.id, phase), row)
    finally:  # an edit whose answer was lost may have arrived all the same
        if is_concluded(connected.records.get(run.id) or {}):
            _repeat_last_words(connected, run)


def write_final_comment(connected: Clients, run: Run, text: str) -> None:
    """Write the comment's final *text*, kept for whoever finds that it was written over."""
    if run.request.work_item_id is not None:
        connected.blobs.put(run.id, FINAL_COMMENT, connected.redact(text).encode())
    connected.records.merge(run.id, {"status": "reporting", f"{PHASE_COLUMN}reporting": now()})
    write_comment(connected, run, text, connected.records.get(run.id))


def _repeat_last_words(connected: Clients, run: Run) -> None:
    kept = connected.blobs.get(run.id, FINAL_COMMENT)
    if kept is not None:
        write_comment(connected, run, kept.decode(), connected.records.get(run.id))


def write_comment(connected: Clients, run: Run, text: str, row: Mapping[str, Any] | None) -> None:
    """Write the work item's one comment of *run*: edit the one that *row* knows of, else add it."""
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
        with contextlib.suppress(NotFound):  # somebody deleted it: another one is written
            work_items.edit_comment(project, number, int(known), text)
            return
    connected.records.merge(run.id, {"comment_tried": True})
    connected.records.merge(run.id, {"comment_id": work_items.add_comment(project, number, text)})
