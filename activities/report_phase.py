"""Writes a run's phase into the work item's comment."""

import logging
from collections.abc import Mapping

from activities.activity import activity
from activities.parts.work_item_comment import show_phase
from autocoder.clients.connect import clients
from autocoder.errors import AutocoderError, NotFound
from autocoder.models import Phase, Run, Value

STATUSES: Mapping[str, tuple[str, ...]] = {"queued": ("queued",), "preparing": ("preparing", "provisioning")}
log = logging.getLogger("autocoder.activities")


class PhaseChange(Value):
    """A run and its current phase."""

    run: Run
    phase: Phase


@activity
def report_phase(change: PhaseChange) -> None:
    """Write the phase, `queued` or `preparing`, into the comment, unless the run has passed it."""
    connected, run = clients(), change.run
    row = connected.records.get(run.id)
    if row is None or row.get("status") not in STATUSES[change.phase]:
        return
    try:
        show_phase(connected, run, change.phase, row)
    except NotFound:  # the work item was deleted meanwhile
        log.info("run %s: the work item no longer exists, so it gets no comment", run.id)
    except AutocoderError as error:  # not worth the run: the next phase updates the comment
        log.warning("run %s: the comment could not be set to %s: %s", run.id, change.phase, error)
