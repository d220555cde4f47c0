"""`/api/runs`: start, list, show, cancel and retry runs, and read their logs."""

import asyncio

import azure.durable_functions as df
import azure.functions as func

from autocoder.agents import agents
from autocoder.clients.connect import clients
from autocoder.clients.run_lists import ListPart
from autocoder.errors import InvalidArgument
from autocoder.models import LogPart, RunList, RunRecord, RunReference
from autocoder.requests.body import RunBody
from autocoder.requests.query import LogQuery, RunQuery
from autocoder.requests.run_request import read_request
from autocoder.settings import settings
from triggers import run_calls
from triggers.answers import answer, guarded, invalid_query, json_body, query_of
from triggers.operations import Operation, operation

blueprint = df.Blueprint()
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
    request = read_request(json_body(req), settings(), agents(), run_calls.KEY_HOLDER)
    return await run_calls.start(client, request, run_calls.claims_of(req, run_calls.KEY_HOLDER))


@operation(LIST_RUNS)
@blueprint.route(route="runs", methods=["GET"], auth_level=func.AuthLevel.FUNCTION)
@guarded
async def list_runs(req: func.HttpRequest) -> func.HttpResponse:
    """List runs, newest first; filter with `workItemId`, `project`, `repository`, `status` and `top`."""
    return run_calls.listed(await asyncio.to_thread(_matching, query_of(req, RunQuery)))


def _matching(query: RunQuery) -> ListPart:
    """Return a part of the list. Raises `BadRequest` for what only the storage finds wrong with *query*."""
    try:
        return clients().lists.matching(query)
    except InvalidArgument:
        if query.continuation_token:
            raise invalid_query("continuationToken is not valid") from None
        if query.project or query.repository:
            raise invalid_query("project or repository is not valid") from None
        raise


@operation(SHOW_RUN)
@blueprint.route(route="runs/{id}", methods=["GET"], auth_level=func.AuthLevel.FUNCTION)
@guarded
async def show_run(req: func.HttpRequest) -> func.HttpResponse:
    """Show a run: its phase, times, outcome, pull request, usage and links."""
    row = await run_calls.row_of(req)
    return run_calls.unknown_run() if row is None else answer(200, run_calls.record(row))


@operation(READ_LOG)
@blueprint.route(route="runs/{id}/log", methods=["GET"], auth_level=func.AuthLevel.FUNCTION)
@guarded
async def read_log(req: func.HttpRequest) -> func.HttpResponse:
    """Return the log from byte `offset` on, one line per event; with `raw=true` the agent's own output."""
    return await run_calls.log_of(req, await run_calls.row_of(req))


@operation(CANCEL_RUN)
@blueprint.route(route="runs/{id}/cancel", methods=["POST"], auth_level=func.AuthLevel.FUNCTION)
@blueprint.durable_client_input(client_name="client")
@guarded
async def cancel_run(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """Cancel a run that has not begun to publish; a repeat is not an error."""
    return await run_calls.cancel(client, req.route_params["id"])


@operation(RETRY_RUN)
@blueprint.route(route="runs/{id}/retry", methods=["POST"], auth_level=func.AuthLevel.FUNCTION)
@blueprint.durable_client_input(client_name="client")
@guarded
async def retry_run(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """Start a new run with the request of an ended run; it publishes a kept result, or completes a draft."""
    return await run_calls.retry(req, client, await run_calls.row_of(req))
