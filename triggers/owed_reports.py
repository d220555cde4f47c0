"""Reports that Azure DevOps did not take when a run ended: each is owed until it is given."""

import contextlib
import logging
from collections.abc import Iterator
from itertools import islice
from typing import Any

from activities.parts.work_item_comment import give_report
from autocoder import wire
from autocoder.clients.connect import Clients
from autocoder.errors import AutocoderError, NotFound
from autocoder.models import RunReport
from autocoder.rounds import WholeRun
from autocoder.runs.claims import OWED, owed_claim
from autocoder.runs.files import REPORT
from autocoder.runs.rows import is_over

MAX_REPORTS = 100  # in one round of the janitor
Row = dict[str, Any]
log = logging.getLogger("autocoder.triggers")


def give_owed_reports(connected: Clients) -> int:
    """Tell the work items of ended runs what they have not been told; return how many were.

    Their states are left alone: people may have changed them since.
    """
    return sum(_give(connected, run_id, row) for run_id, row in islice(_owed(connected), MAX_REPORTS))


def _owed(connected: Clients) -> Iterator[tuple[str, Row]]:
    """Return the ended runs that owe a report, with their rows.

    A claim that was taken for an end that came otherwise is freed: no run that has ended begins to owe one.
    """
    for run_id in connected.records.held(OWED).values():
        row = connected.records.get(run_id)
        if row is None or (is_over(row) and not row.get("report_owed")):
            connected.records.release([owed_claim(run_id)], run_id)
        elif is_over(row):
            yield run_id, row


def _give(connected: Clients, run_id: str, row: Row) -> int:
    """Tell the work item of one run; return 1 when it was told, else 0."""
    try:
        content = connected.blobs.get(WholeRun(run_id), REPORT)
        if content is None:  # it was deleted after the retention
            connected.records.told(run_id, None)
            return 0
        report = wire.load(RunReport, content)
        with contextlib.suppress(NotFound):  # the work item was deleted
            give_report(connected, report, row)
    except (AutocoderError, ValueError) as error:  # the next round tries again
        log.warning("janitor: the report of run %s is still owed: %s", run_id, error)
        return 0
    connected.records.told(run_id, report.reason)
    return 1
