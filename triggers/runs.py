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
from autocoder.models import Requester, RunRequest
from autocoder.requests.run_request import Refusal, read_request, recheck
from autocoder.runs.rows import OUTCOMES, PHASES, is_over, new_row, record_of
from autocoder.settings import settings
from orchestrators.run_agent import CANCEL
from triggers.answers import BadRequest, answer, error, guarded, json_body
from triggers.events import raise_event
from triggers.start import Active, Duplicate, QueueFull, Started, StartRequest, StartResult, start_run

blueprint = df.Blueprint()
MAX_RUNS = 200
LOG_CHUNK_BYTES = 256 * 1024
MAX_OFFSET = 10**15 - 1
NUMBERS = {"workItemId": 2**31 - 1, "top": 10**9 - 1}  # numbers in a query, with their maximum


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
    given = req.headers.get("Idempotency-Key", "")
    return (Claim(IDEMPOTENCY, ids.key(*scope, given)),) if given else ()


def _refused(refusal: Refusal) -> func.HttpResponse:
    details = {"problems": [{"field": item.field, "message": item.message} for item in refusal.problems]}
    return error(refusal.status, refusal.code, refusal.message, details)


async def _started(start: StartResult) -> func.HttpResponse:
    if isinstance(start, QueueFull):
        message = (
            f"The queue is full: {start.waiting} runs are active or waiting. "
            "Try again later, or raise MAX_CONCURRENT_RUNS or MAX_QUEUED_RUNS."
        )
        return error(429, "queue_full", message, headers={"Retry-After": "60"})
    if isinstance(start, Active):
        message = "A run is already in progress; wait for it or cancel it."
        return error(409, "run_active", message, {"runId": start.run_id})
    row = await asyncio.to_thread(_row, start)
    location = links(start.run_id)["self"]
    body = {"id": start.run_id, "links": links(start.run_id)} if row is None else _view(row)
    return answer(202, body, {"Location": location})


def _row(start: Started | Duplicate) -> Mapping[str, Any] | None:
    """Return the row of a run: for a new one as it was just written, else as it is stored."""
    if isinstance(start, Started):
        return {"RowKey": start.run_id, **new_row(start.run)}
    return clients().records.get(start.run_id)


@blueprint.route(route="runs", methods=["GET"], auth_level=func.AuthLevel.FUNCTION)
@guarded
async def list_runs(req: func.HttpRequest) -> func.HttpResponse:
    """List runs, newest first; filter with `workItemId`, `project`, `repository`, `status` and `top`."""
    wanted = _filter(req.params)
    rows = await asyncio.to_thread(clients().records.list, wanted)
    return answer(200, {"count": len(rows), "value": [_view(row) for row in rows]})


def _filter(params: Mapping[str, str]) -> RunFilter:
    """Return the filter in the query. Raises `BadRequest` with every parameter that is not valid."""
    wrong = [
        f"{name} must be a whole number up to {largest}"
        for name, largest in NUMBERS.items()
        if not _is_number(params.get(name), largest)
    ]
    status = params.get("status")
    if status and status not in (*PHASES, *OUTCOMES):
        wrong.append(f"status must be one of {', '.join((*PHASES, *OUTCOMES))}")
    if wrong:
        raise BadRequest(error(400, "invalid_query", f"Invalid query: {'; '.join(wrong)}."))
    number = params.get("workItemId")
    return RunFilter(
        work_item_id=int(number) if number else None,
        project=params.get("project"),
        repository=params.get("repository"),
        status=status,
        top=max(1, min(int(params.get("top") or 50), MAX_RUNS)),
    )


def _is_number(text: str | None, largest: int) -> bool:
    """Whether *text* is empty or a whole number up to *largest*."""
    if not text:
        return True
    return text.isascii() and text.isdecimal() and len(text) <= len(str(largest)) and int(text) <= largest


@blueprint.route(route="runs/{id}", methods=["GET"], auth_level=func.AuthLevel.FUNCTION)
@guarded
async def show_run(req: func.HttpRequest) -> func.HttpResponse:
    """Show a run: its phase, times, outcome, pull request, usage and links."""
    row = await asyncio.to_thread(clients().records.get, req.route_params["id"])
    return unknown_run() if row is None else answer(200, _view(row))


@blueprint.route(route="runs/{id}/log", methods=["GET"], auth_level=func.AuthLevel.FUNCTION)
@guarded
async def read_log(req: func.HttpRequest) -> func.HttpResponse:
    """Return the log from byte `offset` on, one line per event; with `raw=true` the agent's own output."""
    run_id, offset, raw = (
        req.route_params["id"],
        req.params.get("offset", "0"),
        req.params.get("raw", "false"),
    )
    if not offset or not _is_number(offset, MAX_OFFSET):
        return error(400, "invalid_query", f"offset must be a whole number of bytes, up to {MAX_OFFSET}.")
    if raw not in ("true", "false"):
        return error(400, "invalid_query", "raw must be true or false.")
    row = await asyncio.to_thread(clients().records.get, run_id)
    if row is None:
        return unknown_run()
    piece = await asyncio.to_thread(log_piece, clients(), run_id, int(offset), raw=raw == "true")
    whole = is_over(row) and len(piece) < LOG_CHUNK_BYTES
    body = {
        "text": piece.decode("utf-8", "replace"),
        "nextOffset": int(offset) + len(piece),
        "complete": whole,
    }
    return answer(200, body)


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
    return answer(202, _view(row))


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
        return error(409, "run_active", message, {"runId": run_id})
    request = wire.load(RunRequest, content)
    refusal = recheck(request, settings())
    if refusal is not None:
        return _refused(refusal)
    return await _started(await start_run(client, StartRequest(request, _claims(req, "retry", run_id))))


def unknown_run() -> func.HttpResponse:
    """Return the response for an unknown run id."""
    return error(404, "unknown_run", "No run has this id; GET /api/runs lists all runs.")


def links(run_id: str) -> dict[str, str]:
    """Return the URLs of a run and its actions."""
    url = f"{settings().public_url}/api/runs/{run_id}"
    return {"self": url, "log": f"{url}/log", "cancel": f"{url}/cancel", "retry": f"{url}/retry"}


def _view(row: Mapping[str, object]) -> object:
    record = record_of(row, links(str(row["RowKey"])))
    return {**wire.dump(record), "status": record.status}
