"""`/api/runs`: start, list, show, cancel and retry runs, and read their logs."""

import asyncio
from collections.abc import Mapping
from typing import Any

import azure.durable_functions as df
import azure.functions as func

from autocoder import ids, wire
from autocoder.agents import agents
from autocoder.clients.connect import Clients, clients
from autocoder.clients.run_records import IDEMPOTENCY, Claim, RunFilter
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
from autocoder.requests.body import RunBody
from autocoder.requests.query import MAX_RUNS, LogQuery, RunQuery
from autocoder.requests.run_request import Refusal, read_request, recheck
from autocoder.runs.rows import is_over, new_row, record_of
from autocoder.settings import settings
from orchestrators.run_agent import CANCEL
from triggers.answers import answer, error, guarded, json_body, query_of
from triggers.events import raise_event
from triggers.operations import IDEMPOTENCY_KEY, Operation, operation
from triggers.start import Active, Duplicate, QueueFull, Started, StartRequest, StartResult, start_run

blueprint = df.Blueprint()
LOG_CHUNK_BYTES = 256 * 1024
STARTS = {202: (RunRecord, RunReference)}
CREATE_RUN = Operation(
    tag="runs",
    body=RunBody,
    answers=STARTS,
    errors={
        400: ("not_json", "invalid_request"),
        403: ("not_allowed",),
        409: ("run_active",),
        413: ("body_too_large",),
        429: ("queue_full",),
    },
    starts_run=True,
)
CANCEL_RUN = Operation(
    tag="runs", answers={202: (RunRecord,)}, errors={404: ("unknown_run",), 409: ("too_late",)}
)
RETRY_RUN = Operation(
    tag="runs",
    answers=STARTS,
    errors={
        403: ("not_allowed",),
        404: ("unknown_run",),
        409: ("run_active",),
        410: ("request_gone",),
        429: ("queue_full",),
    },
    starts_run=True,
)
LIST_RUNS = Operation(tag="runs", query=RunQuery, answers={200: (RunList,)}, errors={400: ("invalid_query",)})
SHOW_RUN = Operation(tag="runs", answers={200: (RunRecord,)}, errors={404: ("unknown_run",)})
READ_LOG = Operation(
    tag="runs",
    query=LogQuery,
    answers={200: (LogPart,)},
    errors={400: ("invalid_query",), 404: ("unknown_run",)},
)


@operation(CREATE_RUN)
@blueprint.route(route="runs", methods=["POST"], auth_level=func.AuthLevel.FUNCTION)
@blueprint.durable_client_input(client_name="client")
@guarded
async def create_run(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """Start a run; with the header `Idempotency-Key`, a repeat returns the same run."""
    request = read_request(json_body(req), settings(), agents(), Requester(source="rest"))
    if isinstance(request, Refusal):
        return _refused(request)
    return await _started(await start_run(client, StartRequest(request, _claims(req, "rest"))))


def _claims(req: func.HttpRequest, *scope: str) -> tuple[Claim, ...]:
    """Return the claim that recognises a repeat by its `Idempotency-Key`, if the request has one."""
    given = req.headers.get(IDEMPOTENCY_KEY, "")
    return (Claim(IDEMPOTENCY, ids.key(*scope, given)),) if given else ()


def _refused(refusal: Refusal) -> func.HttpResponse:
    problems = tuple(FieldProblem(field=item.field, message=item.message) for item in refusal.problems)
    return error(refusal.status, refusal.code, refusal.message, ErrorDetails(problems=problems))


async def _started(start: StartResult) -> func.HttpResponse:
    if isinstance(start, QueueFull):
        message = (
            f"The queue is full: {start.waiting} runs are active or waiting. "
            "Try again later, or raise MAX_CONCURRENT_RUNS or MAX_QUEUED_RUNS."
        )
        return error(429, "queue_full", message, headers={"Retry-After": "60"})
    if isinstance(start, Active):
        message = "A run is already in progress; wait for it or cancel it."
        return error(409, "run_active", message, ErrorDetails(run_id=start.run_id))
    row = await asyncio.to_thread(_row, start)
    run = RunReference(id=start.run_id, links=links(start.run_id)) if row is None else _record(row)
    return answer(202, run, {"Location": links(start.run_id).self_})


def _row(start: Started | Duplicate) -> Mapping[str, Any] | None:
    """Return the row of a run: for a new one as it was just written, else as it is stored."""
    if isinstance(start, Started):
        return {"RowKey": start.run_id, **new_row(start.run)}
    return clients().records.get(start.run_id)


@operation(LIST_RUNS)
@blueprint.route(route="runs", methods=["GET"], auth_level=func.AuthLevel.FUNCTION)
@guarded
async def list_runs(req: func.HttpRequest) -> func.HttpResponse:
    """List runs, newest first; filter with `workItemId`, `project`, `repository`, `status` and `top`."""
    query = query_of(req, RunQuery)
    wanted = RunFilter(**query.model_dump() | {"top": max(1, min(query.top, MAX_RUNS))})
    rows = await asyncio.to_thread(clients().records.list, wanted)
    return answer(200, RunList(count=len(rows), value=tuple(_record(row) for row in rows)))


@operation(SHOW_RUN)
@blueprint.route(route="runs/{id}", methods=["GET"], auth_level=func.AuthLevel.FUNCTION)
@guarded
async def show_run(req: func.HttpRequest) -> func.HttpResponse:
    """Show a run: its phase, times, outcome, pull request, usage and links."""
    row = await asyncio.to_thread(clients().records.get, req.route_params["id"])
    return unknown_run() if row is None else answer(200, _record(row))


@operation(READ_LOG)
@blueprint.route(route="runs/{id}/log", methods=["GET"], auth_level=func.AuthLevel.FUNCTION)
@guarded
async def read_log(req: func.HttpRequest) -> func.HttpResponse:
    """Return the log from byte `offset` on, one line per event; with `raw=true` the agent's own output."""
    run_id, query = req.route_params["id"], query_of(req, LogQuery)
    row = await asyncio.to_thread(clients().records.get, run_id)
    if row is None:
        return unknown_run()
    piece = await asyncio.to_thread(log_piece, clients(), run_id, query.offset, raw=query.raw)
    whole = is_over(row) and len(piece) < LOG_CHUNK_BYTES
    text = piece.decode("utf-8", "replace")
    return answer(200, LogPart(text=text, next_offset=query.offset + len(piece), complete=whole))


def log_piece(connected: Clients, run_id: str, offset: int, *, raw: bool) -> bytes:
    """Return the next bytes of the readable log or, if *raw*, of the agent's own output.

    An older supervisor writes the agent's own output to the log, and no stream.
    """
    read = connected.blobs.read_range
    if raw:
        piece = read(run_id, "stream.txt", offset, LOG_CHUNK_BYTES)
        if piece or read(run_id, "stream.txt", 0, 1):
            return piece
    return read(run_id, "log.txt", offset, LOG_CHUNK_BYTES)


@operation(CANCEL_RUN)
@blueprint.route(route="runs/{id}/cancel", methods=["POST"], auth_level=func.AuthLevel.FUNCTION)
@blueprint.durable_client_input(client_name="client")
@guarded
async def cancel_run(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """Cancel a run that has not begun to publish; a repeat is not an error."""
    run_id = req.route_params["id"]
    row = await asyncio.to_thread(clients().records.request_cancel, run_id)
    if row is None:
        return unknown_run()
    if not row.get("cancel_requested") or is_over(row):
        message = f"The run is {row.get('status')}. A run can be cancelled only until it begins to publish."
        return error(409, "too_late", message)
    await raise_event(client, run_id, CANCEL)
    return answer(202, _record(row))


@operation(RETRY_RUN)
@blueprint.route(route="runs/{id}/retry", methods=["POST"], auth_level=func.AuthLevel.FUNCTION)
@blueprint.durable_client_input(client_name="client")
@guarded
async def retry_run(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """Start a new run with the request of an ended run, checked against the current settings."""
    run_id = req.route_params["id"]
    row = await asyncio.to_thread(clients().records.get, run_id)
    content = await asyncio.to_thread(clients().blobs.get, run_id, "request.json") if row else None
    if row is None:
        return unknown_run()
    if content is None:
        message = "The request of this run was deleted (LOG_RETENTION_DAYS); start a run with POST /api/runs."
        return error(410, "request_gone", message)
    if not is_over(row):
        message = "The run is still in progress; wait for it or cancel it."
        return error(409, "run_active", message, ErrorDetails(run_id=run_id))
    request = wire.load(RunRequest, content)
    refusal = recheck(request, settings())
    if refusal is not None:
        return _refused(refusal)
    return await _started(await start_run(client, StartRequest(request, _claims(req, "retry", run_id))))


def unknown_run() -> func.HttpResponse:
    """Return the response for an unknown run id."""
    return error(404, "unknown_run", "No run has this id; GET /api/runs lists all runs.")


def links(run_id: str) -> RunLinks:
    """Return the URLs of a run and its actions."""
    url = f"{settings().public_url}/api/runs/{run_id}"
    return RunLinks(self_=url, log=f"{url}/log", cancel=f"{url}/cancel", retry=f"{url}/retry")


def _record(row: Mapping[str, object]) -> RunRecord:
    return record_of(row, links(str(row["RowKey"])))
