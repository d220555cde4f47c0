"""Reports that Azure DevOps did not take when a run ended: each is owed until it is given."""

import contextlib
import logging

from activities.parts.work_item_comment import give_report
from autocoder import wire
from autocoder.clients.connect import Clients
from autocoder.errors import AutocoderError, NotFound
from autocoder.models import RunReport
from autocoder.rounds import WholeRun
from autocoder.runs.files import REPORT

MAX_REPORTS = 100  # in one round of the janitor
log = logging.getLogger("autocoder.triggers")


def give_owed_reports(connected: Clients) -> int:
    """Tell the work items of ended runs what they have not been told; return how many were.

    Their states are left alone: people may have changed them since.
    """
    given = 0
    for row in connected.records.owed_reports(MAX_REPORTS):
        run_id = str(row["RowKey"])
        content = connected.blobs.get(WholeRun(run_id), REPORT)
        try:
            if content is None:  # it was deleted after the retention
                connected.records.merge(run_id, {"report_owed": False})
                continue
            report = wire.load(RunReport, content)
            with contextlib.suppress(NotFound):  # the work item was deleted
                give_report(connected, report, row)
        except (AutocoderError, ValueError) as error:  # the next round tries again
            log.warning("janitor: the report of run %s is still owed: %s", run_id, error)
            continue
        connected.records.told(run_id, report.reason)
        given += 1
    return given
