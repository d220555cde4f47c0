"""`/api/boards/runs`: the runs of a work item, for people who may see it; they start runs as themselves."""

import asyncio

import azure.durable_functions as df
import azure.functions as func

from autocoder.agents import agents
from autocoder.clients.connect import clients
from autocoder.clients.run_lists import ListPart
from autocoder.models import RunList, RunRequest
from autocoder.requests.query import WorkItemQuery
from autocoder.requests.run_request import read_request
from autocoder.settings import settings
from triggers import run_calls, runs
from triggers.answers import BadRequest, answer, json_body, query_of
from triggers.boards.person import SignedInPerson, signed_in_person
from triggers.boards.sign_in import signed_in, twin
from triggers.operations import Operation, operation
from triggers.run_calls import Row

blueprint = df.Blueprint()
ROUTE = "boards/runs"
REQUIRED = ("organization", "project", "workItemId")
SEES = ("not_visible",)
READS = (*SEES, "not_reader")
CONTRIBUTES = (*SEES, "not_contributor")
STARTS = ("not_allowed", *CONTRIBUTES)
LIST_RUNS = Operation(
    tag="boards", query=WorkItemQuery, answers={200: (RunList,)}, errors={400: ("invalid_query",)}
)


@operation(twin(runs.CREATE_RUN, *STARTS))
@blueprint.route(route="boards/runs", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@blueprint.durable_client_input(client_name="client")
@signed_in
async def create_boards_run(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """Start a run of a work item, requested by the person; the same header and body as `POST /api/runs`."""
    body = json_body(req)
    named = body.get("organization") if isinstance(body, dict) else None
    person = await signed_in_person(req, named if isinstance(named, str) else settings().organization)
    request = read_request(body, settings(), agents(), person.requester, REQUIRED)
    if not isinstance(request, RunRequest):
        return run_calls.refused(request)
    number = request.work_item_id or 0
    await person.check_item(number, request.project)
    await person.check_group()
    await person.check_contribute(request.project, request.repository)
    claims = run_calls.claims_of(req, person.requester, person.organization.casefold(), number)
    return await run_calls.start(client, request, claims, ROUTE)


@operation(twin(LIST_RUNS, *SEES))
@blueprint.route(route="boards/runs", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@signed_in
async def list_boards_runs(req: func.HttpRequest) -> func.HttpResponse:
    """List the newest runs of a work item, newest first."""
    query = query_of(req, WorkItemQuery)
    person = await signed_in_person(req, query.organization)
    await person.check_item(query.work_item_id)
    of_item = clients().lists.of_work_item
    rows = await asyncio.to_thread(of_item, query.organization, query.work_item_id, query.top)
    return run_calls.listed(ListPart(rows), ROUTE)


@operation(twin(runs.SHOW_RUN, *SEES))
@blueprint.route(route="boards/runs/{id}", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@signed_in
async def show_boards_run(req: func.HttpRequest) -> func.HttpResponse:
    """Show a run of a work item that the person may see."""
    row, _ = await _run_and_person(req)
    return answer(200, run_calls.record(row, ROUTE))


@operation(twin(runs.READ_LOG, *READS))
@blueprint.route(route="boards/runs/{id}/log", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@signed_in
async def read_boards_log(req: func.HttpRequest) -> func.HttpResponse:
    """Return the log of a run, which shows files of its repository, to a person who may read them."""
    row, person = await _run_and_person(req)
    await person.check_read(str(row["project"]), str(row["repository"]))
    return await run_calls.log_of(req, row)


@operation(twin(runs.CANCEL_RUN, *CONTRIBUTES))
@blueprint.route(route="boards/runs/{id}/cancel", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@blueprint.durable_client_input(client_name="client")
@signed_in
async def cancel_boards_run(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """Cancel a run that has not begun to publish, for a person who may contribute to its repository."""
    row, person = await _run_and_person(req)
    await person.check_contribute(str(row["project"]), str(row["repository"]))
    return await run_calls.cancel(client, str(row["RowKey"]), ROUTE)


@operation(twin(runs.RETRY_RUN, *STARTS))
@blueprint.route(route="boards/runs/{id}/retry", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@blueprint.durable_client_input(client_name="client")
@signed_in
async def retry_boards_run(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """Start a new run with the request of an ended run, publishing or completing what it left."""
    row, person = await _run_and_person(req, is_to_start=True)
    await person.check_group()
    await person.check_contribute(str(row["project"]), str(row["repository"]))
    return await run_calls.retry(req, client, row, person.requester, ROUTE)


async def _run_and_person(req: func.HttpRequest, *, is_to_start: bool = False) -> tuple[Row, SignedInPerson]:
    """Return the row of the run in the path, and the person, who may see the run's work item.

    To start a run again, the item must still be in its project, because the app will read it there.
    Raises `BadRequest`: 404 if there is no such run or it has no work item, and 401 or 403 for others.
    """
    row = await run_calls.row_of(req)
    if row is None or not row.get("work_item_id"):
        raise BadRequest(run_calls.unknown_run())
    person = await signed_in_person(req, str(row["organization"]))
    await person.check_item(int(row["work_item_id"]), str(row["project"]) if is_to_start else "")
    return row, person
