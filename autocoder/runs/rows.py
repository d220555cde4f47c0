"""Rows of Table Storage for runs and claims, without I/O.

Table `runs` has one row for each run, its record (`autocoder/runs/partitions.py` says where); the row key is
the run's id. Columns are flat: two writers can merge different columns without losing each other's. Table
`claims` is the lock that prevents duplicate runs.

https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any, get_args

from autocoder.models import Outcome, Phase, PullRequest, Run, RunLinks, RunRecord, Usage
from autocoder.rounds import FIRST, Round
from autocoder.runs.version import APP_VERSION, orchestration_version
from autocoder.shared.json_text import parse_json
from autocoder.shared.outcomes import BY_NAME

RUNS, CLAIMS = "runs", "claims"
SCHEMA = 1  # of a run's row; raised when a column changes its meaning, for new ones have defaults
PHASES: tuple[str, ...] = get_args(Phase)
OUTCOMES: tuple[str, ...] = get_args(Outcome)
CANCELLABLE = ("queued", "preparing", "provisioning", "running", "verifying")
PHASE_COLUMN = "phase_"
CLAIM_ETAG = "claim_etag"  # of the claim of its work item, when it was seen to hold that
PLACE, SERVICE = "place", "service"  # what a run waits for without an orchestration: `waiting_for`
MAX_TEXT_LENGTH = 2_000
TEXTS = (
    "status", "title", "organization", "project", "repository", "agent_type", "model", "requested_by",
    "source", "reason", "cause", "branch", "pull_request_url", "work_item_url", "queued_at",
    "started_at", "ended_at",
)  # fmt: skip
NUMBERS = ("work_item_id", "pull_request_id")


def new_row(run: Run) -> dict[str, Any]:
    """Return the columns of a run that was just accepted, in phase `queued`."""
    request = run.request
    return {
        "status": "queued",
        "title": run.title,
        "work_item_id": request.work_item_id,
        "organization": request.organization,
        "project": request.project,
        "repository": request.repository,
        "agent_type": request.agent_type or "",
        "model": request.model or "",
        "requested_by": request.requester.name,
        "source": request.requester.source,
        "queued_at": run.queued_at,
        "schema": SCHEMA,
        "app_version": APP_VERSION,
        "version": orchestration_version(),
        "round": run.round,
        f"{PHASE_COLUMN}queued": run.queued_at,
    }


def phase_columns(phase: str, now: str) -> dict[str, Any]:
    """Return the columns which record that *phase* began at *now*."""
    started = {"started_at": now} if phase == "preparing" else {}
    return {"status": phase, f"{PHASE_COLUMN}{phase}": now, **started}


def subject_columns(title: str, work_item_url: str | None) -> dict[str, Any]:
    """Return the columns that record what a run is about."""
    return {"title": title, "work_item_url": work_item_url}


def usage_column(usage: Usage) -> dict[str, Any]:
    """Return the column that holds *usage*."""
    return {"usage": usage.model_dump_json(by_alias=True)}


def bounded(columns: Mapping[str, Any]) -> dict[str, Any]:
    """Return *columns* without those that are None, with strings cut to MAX_TEXT_LENGTH."""
    cut = {
        name: value[:MAX_TEXT_LENGTH] if isinstance(value, str) else value for name, value in columns.items()
    }
    return {name: value for name, value in cut.items() if value is not None}


def record_of(row: Mapping[str, Any], links: RunLinks | None = None) -> RunRecord:
    """Return *row* of table `runs` as a record."""
    values: dict[str, Any] = {name: row[name] for name in TEXTS if row.get(name)}
    values |= {name: int(row[name]) for name in NUMBERS if row.get(name) is not None}
    phases = {name: str(row[PHASE_COLUMN + name]) for name in PHASES if row.get(PHASE_COLUMN + name)}
    usage = Usage.model_validate(parse_json(row["usage"])) if row.get("usage") else Usage()
    return RunRecord(id=row["RowKey"], usage=usage, phases=phases, links=links, **values)


def pull_request_of(row: Mapping[str, Any]) -> PullRequest | None:
    """Return the pull request that *row* records, or None."""
    number, url = row.get("pull_request_id"), row.get("pull_request_url")
    return PullRequest(id=int(number), url=str(url)) if number and url else None


def round_of(run_id: str, row: Mapping[str, Any]) -> Round:
    """Return the round in which the run of *row* is: its row alone says so."""
    return Round(run_id, int(row.get("round") or FIRST))


def is_over(row: Mapping[str, Any]) -> bool:
    """Whether the run in *row* has ended."""
    return row.get("status") in OUTCOMES


def offers_draft(row: Mapping[str, Any]) -> bool:
    """Whether the run in *row* ended early, and what it had changed until then is on its branch."""
    ended = BY_NAME.get(str(row.get("status")))
    return ended is not None and bool(ended.early_end) and bool(row.get("branch"))


def is_before(row: Mapping[str, Any], phase: Phase) -> bool:
    """Whether the run in *row* has not come to *phase* yet, and has not ended."""
    status = str(row.get("status"))
    return status in PHASES and PHASES.index(status) < PHASES.index(phase)


def is_concluded(row: Mapping[str, Any]) -> bool:
    """Whether the final report of the run in *row* is being written, or was written."""
    return row.get("status") == "reporting" or is_over(row)


def may_publish(row: Mapping[str, Any]) -> bool:
    """Whether the run in *row* was neither cancelled nor reported."""
    return not (row.get("cancel_requested") or is_concluded(row))


def worked_columns(row: Mapping[str, Any], seconds: Mapping[str, float], now: str) -> dict[str, Any]:
    """Return the columns that record when the phases `running` and `verifying` began, if *row* lacks them.

    The times are computed back from *now*, when the result was found, with the *seconds* that agent, verify
    and pack took one after the other. None can be earlier than the phase `provisioning`, nor later than a
    phase behind it that was seen.
    """
    parts = {"running": ("agent", "verify", "pack"), "verifying": ("verify", "pack")}
    columns, earliest = {}, str(row.get(f"{PHASE_COLUMN}provisioning") or "")
    latest = str(row.get(f"{PHASE_COLUMN}verifying") or now)
    for phase, rest in parts.items():
        name = PHASE_COLUMN + phase
        if row.get(name):
            earliest = str(row[name])
        elif rest[0] in seconds:
            began = min(_before(now, sum(seconds.get(part, 0) for part in rest)), latest)
            earliest = columns[name] = max(earliest, began)
    return columns


def _before(now: str, seconds: float) -> str:
    earlier = dt.datetime.fromisoformat(now) - dt.timedelta(seconds=seconds)
    return earlier.isoformat(timespec="milliseconds")


def has_started(row: Mapping[str, Any] | None) -> bool:
    """Whether the orchestration of the run in *row* has taken its first step."""
    return row is not None and (bool(row.get("seen")) or row.get("status") != "queued")
