"""Tell in the work item's one comment that a run is in a new phase."""

import contextlib
import logging
from collections.abc import Mapping
from typing import Any

from activities.activity import activity
from autocoder.clients.connect import Clients, clients
from autocoder.clock import now
from autocoder.comments import progress_comment, run_marker
from autocoder.errors import NotFound, Transient
from autocoder.models import Phase, Run, Value
from autocoder.records import PHASE_COLUMN, is_concluded

LAST_WORDS = "comment.md"
STILL: Mapping[str, tuple[str, ...]] = {"queued": ("queued",), "preparing": ("preparing", "provisioning")}
log = logging.getLogger("autocoder.activities")


class PhaseChange(Value):
    """A run and the phase that it is in now."""

    run: Run
    phase: Phase


@activity
def report_phase(change: PhaseChange) -> None:
    """Write the phase, `queued` or `preparing`, into the work item's comment, unless the run is further."""
    connected, run = clients(), change.run
    row = connected.records.get(run.id)
    if row is None or row.get("status") not in STILL[change.phase]:
        return
    try:
        show_phase(connected, run, change.phase, row)
    except NotFound:  # the work item was deleted meanwhile
        log.info("run %s: there is no work item to comment on", run.id)
    except Transient as error:  # a courtesy that no run waits for; the next phase is told, too
        log.warning("run %s: the comment does not say %s: %s", run.id, change.phase, error)


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


def write_last_words(connected: Clients, run: Run, text: str) -> None:
    """Write the comment's final *text*, kept for whoever finds that it was written over."""
    if run.request.work_item_id is not None:
        connected.blobs.put(run.id, LAST_WORDS, connected.redact(text).encode())
    connected.records.merge(run.id, {"status": "reporting", f"{PHASE_COLUMN}reporting": now()})
    write_comment(connected, run, text, connected.records.get(run.id))


def _repeat_last_words(connected: Clients, run: Run) -> None:
    kept = connected.blobs.get(run.id, LAST_WORDS)
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
