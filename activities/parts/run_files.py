"""Reading and settling what the record of a run holds in Blob Storage."""

from collections.abc import Mapping
from typing import Any

from autocoder import wire
from autocoder.clients.connect import Clients
from autocoder.models import Plan, Requester, Run, RunReport, RunRequest
from autocoder.rounds import Round, WholeRun
from autocoder.runs.files import PLAN, REPORT, REQUEST
from autocoder.runs.next_step import is_untouched
from autocoder.runs.rows import round_of

LONG_TEXTS = {"user_prompt": None, "system_prompt": None, "additional_context": None}


def read_run(connected: Clients, run_id: str, row: Mapping[str, Any]) -> Run | None:
    """Return the run as its orchestration carries it, None when its request was deleted."""
    request = read_request(connected, run_id)
    return None if request is None else run_of(run_id, row, request)


def read_request(connected: Clients, run_id: str) -> RunRequest | None:
    """Return the whole request of a run, None when it was deleted."""
    content = connected.blobs.get(WholeRun(run_id), REQUEST)
    return None if content is None else wire.load(RunRequest, content)


def has_long_texts(request: RunRequest) -> bool:
    """Whether *request* has texts that a run's orchestration does not carry."""
    return any(getattr(request, name) is not None for name in LONG_TEXTS)


def run_of(run_id: str, row: Mapping[str, Any], request: RunRequest | None = None) -> Run:
    """Return the run of *row*; without its *request*, as much of that as the row has."""
    if request is None:
        number = row.get("work_item_id")
        request = RunRequest(
            organization=str(row["organization"]),
            project=str(row["project"]),
            repository=str(row["repository"]),
            work_item_id=None if number is None else int(number),
            requester=Requester(name=str(row.get("requested_by", ""))),
        )
    short = request.model_copy(update=LONG_TEXTS)
    return Run(
        id=run_id,
        request=short,
        title=str(row.get("title", "")),
        queued_at=str(row["queued_at"]),
        round=round_of(run_id, row).number,
    )


def read_plan(connected: Clients, current: Round) -> Plan:
    """Return the plan of a round that has one."""
    return wire.load(Plan, connected.blobs.get(current, PLAN))


def settled(connected: Clients, report: RunReport, row: Mapping[str, Any] | None = None) -> RunReport:
    """Write how a run ends before anybody is told, and return what was settled first.

    Unless its *row* tells that the run was touched, that is written before: a look at a run that nobody has
    touched looks for no report, and would begin it.
    """
    if row is None or is_untouched(row):
        connected.records.merge(report.run.id, {"seen": True})
    report = wire.redacted(report, connected.redact)
    run = WholeRun(report.run.id)
    if connected.blobs.put_new(run, REPORT, wire.to_bytes(report)):
        return report
    return wire.load(RunReport, connected.blobs.get(run, REPORT))
