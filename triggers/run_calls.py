"""What the routes of runs do, for callers with the app's key and for people in Azure Boards."""

import asyncio
from collections.abc import Mapping
from typing import Any

import azure.durable_functions as df
import azure.functions as func

from activities.parts.kept_result import keeps_result
from activities.parts.orchestrations import hint
from autocoder import ids, wire
from autocoder.clients.connect import Clients, clients
from autocoder.clients.run_lists import ListPart
from autocoder.models import (
    ErrorDetails,
    FieldProblem,
    LogPart,
    Requester,
    RunLinks,
    RunList,
    RunRecord,
    RunReference,
    RunRequest,
)
from autocoder.requests.query import LogQuery
from autocoder.requests.run_request import Refusal, recheck
from autocoder.rounds import FIRST, Round, RoundFile, WholeRun
from autocoder.runs.claims import IDEMPOTENCY, Claim
from autocoder.runs.files import LOG, REQUEST, STREAM
from autocoder.runs.rows import is_over, new_row, offers_draft, record_of, round_of
from autocoder.settings import settings
from triggers.answers import answer, error, query_of
from triggers.operations import IDEMPOTENCY_KEY
from triggers.start import Active, Duplicate, QueueFull, Started, StartRequest, StartResult, start_run

Row = Mapping[str, Any]
RUNS = "runs"  # the route of the runs, under which the caller finds each of them
LOG_CHUNK_BYTES = 256 * 1024
KEY_HOLDER = Requester(source="rest")  # whoever calls with the app's key


async def start(
    client: df.DurableOrchestrationClient,
    request: RunRequest | Refusal,
    claims: tuple[Claim, ...],
    route: str = RUNS,
) -> func.HttpResponse:
    """Start the run of *request*, unless it was refused; the run's links point into *route*."""
    if isinstance(request, Refusal):
        return refused(request)
    return await _started(await start_run(client, StartRequest(request, claims)), route)


def claims_of(req: func.HttpRequest, requester: Requester, *scope: str | int) -> tuple[Claim, ...]:
    """Return the claim that recognises a repeat by its `Idempotency-Key`, if the request has one.

    A key is known to *requester* alone: that of another person is another key, even if it is the same text.
    """
    given = req.headers.get(IDEMPOTENCY_KEY, "")
    own = (requester.source, requester.id or "", *scope, given)
    return (Claim(IDEMPOTENCY, ids.key(*own)),) if given else ()


def refused(refusal: Refusal) -> func.HttpResponse:
    """Return the response for a request with mistakes, or one that the settings do not allow."""
    problems = tuple(FieldProblem(field=item.field, message=item.message) for item in refusal.problems)
    return error(refusal.status, refusal.code, refusal.message, ErrorDetails(problems=problems))


async def _started(start: StartResult, route: str) -> func.HttpResponse:
    if isinstance(start, QueueFull):
        message = (
            f"The queue is full: {start.waiting} runs are active or waiting. "
            "Try again later, or raise MAX_CONCURRENT_RUNS or MAX_QUEUED_RUNS."
        )
        return error(429, "queue_full", message, headers={"Retry-After": "60"})
    if isinstance(start, Active):
        message = "A run is already in progress; wait for it or cancel it."
        return error(409, "run_active", message, ErrorDetails(run_id=start.run_id))
    row = await _row(start)
    run = (
        RunReference(id=start.run_id, links=links(start.run_id, route)) if row is None else record(row, route)
    )
    return answer(202, run, {"Location": links(start.run_id, route).self_})


async def _row(start: Started | Duplicate) -> Row | None:
    """Return the row of a run: for a new one as it was just written, else as it is stored."""
    if isinstance(start, Started):
        return {"RowKey": start.run_id, **new_row(start.run)}
    return await asyncio.to_thread(clients().records.get, start.run_id)


def listed(part: ListPart, route: str = RUNS) -> func.HttpResponse:
    """Return the response with the runs of *part* of a list."""
    value = tuple(record(row, route) for row in part.rows)
    token = part.continuation_token
    return answer(200, RunList(count=len(value), value=value, continuation_token=token))


async def log_of(req: func.HttpRequest, row: Row | None) -> func.HttpResponse:
    """Return the part of the log of the run in *row* that the query of *req* names."""
    query = query_of(req, LogQuery)
    if row is None:
        return unknown_run()
    last = round_of(str(row["RowKey"]), row)
    piece = await asyncio.to_thread(log_piece, clients(), last, query.offset, raw=query.raw)
    whole = is_over(row) and len(piece) < LOG_CHUNK_BYTES
    text = piece.decode("utf-8", "replace")
    return answer(200, LogPart(text=text, next_offset=query.offset + len(piece), complete=whole))


def log_piece(connected: Clients, last: Round, offset: int, *, raw: bool) -> bytes:
    """Return the next bytes of a run's readable log or, if *raw*, of its agents' own output.

    The logs of all its rounds up to the *last* one are read as one, in their order.
    """
    piece = b""
    for number in range(FIRST, last.number + 1):
        current = Round(last.run_id, number)
        name = _log_name(connected, current, raw=raw)
        piece += connected.blobs.read_range(current, name, offset, LOG_CHUNK_BYTES - len(piece))
        if current == last or len(piece) == LOG_CHUNK_BYTES:
            break
        offset = max(0, offset - connected.blobs.size(current, name))
    return piece


def _log_name(connected: Clients, current: Round, *, raw: bool) -> RoundFile:
    """Return which file to read; an older supervisor has no stream: its log is the agent's own output."""
    return STREAM if raw and connected.blobs.size(current, STREAM) else LOG


async def cancel(client: df.DurableOrchestrationClient, run_id: str, route: str = RUNS) -> func.HttpResponse:
    """Cancel a run that has not begun to publish; a repeat is not an error."""
    row = await asyncio.to_thread(clients().records.request_cancel, run_id)
    if row is None:
        return unknown_run()
    if not row.get("cancel_requested") or is_over(row):
        message = f"The run is {row.get('status')}. A run can be cancelled only until it begins to publish."
        return error(409, "too_late", message)
    await hint(client, run_id)
    return answer(202, record(row, route))


async def retry(
    req: func.HttpRequest,
    client: df.DurableOrchestrationClient,
    row: Row | None,
    requester: Requester | None = None,
    route: str = RUNS,
) -> func.HttpResponse:
    """Start a new run with the request of the ended run in *row*; *requester* replaces the earlier one.

    A result that was paid for and could not be published is published by the new run, without an agent; a
    draft of a run that ended early is completed by it.
    """
    if row is None:
        return unknown_run()
    run_id = str(row["RowKey"])
    content = await asyncio.to_thread(clients().blobs.get, WholeRun(run_id), REQUEST)
    if content is None:
        message = "The request of this run was deleted (LOG_RETENTION_DAYS); start a new run."
        return error(410, "request_gone", message)
    if not is_over(row):
        message = "The run is still in progress; wait for it or cancel it."
        return error(409, "run_active", message, ErrorDetails(run_id=run_id))
    request = wire.load(RunRequest, content)
    if requester is not None:
        request = request.model_copy(update={"requester": requester})
    is_published = bool(row.get("branch")) and not request.create_pull_request
    kept = not is_published and await asyncio.to_thread(keeps_result, clients(), run_id, row)
    resumes = None if kept else run_id if offers_draft(row) else request.resumes
    request = request.model_copy(update={"continues": run_id if kept else None, "resumes": resumes})
    refusal = recheck(request, settings())
    claims = claims_of(req, requester or KEY_HOLDER, "retry", run_id)
    return await start(client, refusal or request, claims, route)


async def row_of(req: func.HttpRequest) -> Row | None:
    """Return the row of the run that the path of *req* names, or None when there is none."""
    return await asyncio.to_thread(clients().records.get, req.route_params["id"])


def unknown_run() -> func.HttpResponse:
    """Return the response for an unknown run id."""
    return error(404, "unknown_run", "No run has this id; look for it in the list of runs.")


def links(run_id: str, route: str = RUNS) -> RunLinks:
    """Return the URLs of a run and its actions, for a caller of *route*."""
    url = f"{settings().public_url}/api/{route}/{run_id}"
    return RunLinks(self_=url, log=f"{url}/log", cancel=f"{url}/cancel", retry=f"{url}/retry")


def record(row: Row, route: str = RUNS) -> RunRecord:
    """Return the run in *row* for a caller of *route*."""
    return record_of(row, links(str(row["RowKey"]), route))
