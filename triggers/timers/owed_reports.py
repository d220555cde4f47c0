"""Reports that Azure DevOps did not take when a run ended: each is owed until it is given."""

import contextlib
from collections.abc import Iterator
from itertools import islice
from random import SystemRandom
from typing import Any

from activities.parts.work_item_comment import give_report
from autocoder import wire
from autocoder.clients.connect import Clients
from autocoder.errors import NotFound
from autocoder.models import RunReport
from autocoder.rounds import WholeRun
from autocoder.runs.claims import OWED, owed_claim
from autocoder.runs.files import REPORT
from autocoder.runs.rows import is_over
from triggers.timers.sweeping import do_each

MAX_REPORTS = 100  # in one round of the janitor
Row = dict[str, Any]


def give_owed_reports(connected: Clients) -> int:
    """Tell the work items of ended runs what they have not been told; return how many were.

    Their states are left alone: people may have changed them since. A round takes MAX_REPORTS at random:
    in any other order, as many that fail always would keep all behind them back.
    """
    owed = dict(islice(_owed(connected), MAX_REPORTS))
    return do_each(
        connected, "the report of run", owed, lambda run_id: _give(connected, run_id, owed[run_id])
    )


def _owed(connected: Clients) -> Iterator[tuple[str, Row]]:
    """Yield the ended runs that owe a report, with their rows, in a random order.

    A claim that was taken for an end that came otherwise is freed: no run that has ended begins to owe one.
    """
    held = list(connected.records.held(OWED).values())
    for run_id in SystemRandom().sample(held, len(held)):
        row = connected.records.get(run_id)
        if row is None or (is_over(row) and not row.get("report_owed")):
            connected.records.release([owed_claim(run_id)], run_id)
        elif is_over(row):
            yield run_id, row


def _give(connected: Clients, run_id: str, row: Row) -> int:
    """Tell the work item of one run; return 1 when it was told, else 0."""
    content = connected.blobs.get(WholeRun(run_id), REPORT)
    if content is None:  # it was deleted after the retention
        connected.records.told(run_id, None)
        return 0
    report = wire.load(RunReport, content)
    with contextlib.suppress(NotFound):  # the work item was deleted
        give_report(connected, report, row)
    connected.records.told(run_id, report.reason)
    return 1
