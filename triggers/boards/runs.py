"""`/api/boards/runs`: the runs of a work item, for people who may see it; they start runs as themselves."""

import asyncio
import dataclasses

import azure.durable_functions as df
import azure.functions as func

from autocoder.agents import agents
from autocoder.clients.azure_devops.caller import Person
from autocoder.clients.connect import clients
from autocoder.clients.run_records import RunFilter
from autocoder.models import Requester, RunList, RunRequest
from autocoder.requests.query import MAX_RUNS, WorkItemQuery
from autocoder.requests.run_request import read_request
from autocoder.settings import settings
from triggers import run_calls, runs
from triggers.answers import BadRequest, answer, json_body, query_of
from triggers.boards.sign_in import CREDENTIALS, SIGN_IN_ERRORS, Visit, signed_in, visit_of
from triggers.operations import Operation, operation
from triggers.run_calls import Row

blueprint = df.Blueprint()
ROUTE = "boards/runs"
REQUIRED = ("organization", "project", "workItemId")
SEES = ("not_visible",)
CONTRIBUTES = ("not_allowed", "not_visible", "not_contributor")


def twin(other: Operation, codes: tuple[str, ...]) -> Operation:
    """Return *other* for people who sign in; 403 has one of *codes*."""
    errors = {**other.errors, **SIGN_IN_ERRORS, 403: codes}
    return dataclasses.replace(other, tag="boards", errors=errors, credentials=CREDENTIALS, needs_all=True)


LIST_RUNS = Operation(
    tag="boards", query=WorkItemQuery, answers={200: (RunList,)}, errors={400: ("invalid_query",)}
)


@operation(twin(runs.CREATE_RUN, CONTRIBUTES))
@blueprint.route(route="boards/runs", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@blueprint.durable_client_input(client_name="client")
@signed_in
async def create_boards_run(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """Start a run of a work item, requested by the person; the same header and body as `POST /api/runs`."""
    body = json_body(req)
    named = body.get("organization") if isinstance(body, dict) else None
    visit = visit_of(req, named if isinstance(named, str) else settings().organization)
    person = await visit.person()
    request = read_request(body, settings(), agents(), _requester(person), REQUIRED)
    if not isinstance(request, RunRequest):
        return run_calls.refused(request)
    number = request.work_item_id or 0
    await visit.check_item(request.project, number)
    await visit.check_group(person)
    await visit.check_contribute(request.project, request.repository, person)
    claims = run_calls.claims_of(req, "boards", visit.organization.casefold(), person.id, str(number))
    return await run_calls.start(client, request, claims, ROUTE)


@operation(twin(LIST_RUNS, SEES))
@blueprint.route(route="boards/runs", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@signed_in
async def list_boards_runs(req: func.HttpRequest) -> func.HttpResponse:
    """List the runs of a work item, newest first."""
    query = query_of(req, WorkItemQuery)
    await visit_of(req, query.organization).check_item(query.project, query.work_item_id)
    wanted = RunFilter(work_item_id=query.work_item_id, top=MAX_RUNS)
    place = (query.organization.casefold(), query.project.casefold())
    rows = [row for row in await asyncio.to_thread(clients().records.list, wanted) if _place(row) == place]
    return run_calls.listed(rows[: max(1, min(query.top, MAX_RUNS))], ROUTE)


@operation(twin(runs.SHOW_RUN, SEES))
@blueprint.route(route="boards/runs/{id}", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@signed_in
async def show_boards_run(req: func.HttpRequest) -> func.HttpResponse:
    """Show a run of a work item that the person may see."""
    row = await _row_of_a_work_item(req)
    await _visit(req, row)
    return answer(200, run_calls.record(row, ROUTE))


@operation(twin(runs.READ_LOG, SEES))
@blueprint.route(route="boards/runs/{id}/log", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@signed_in
async def read_boards_log(req: func.HttpRequest) -> func.HttpResponse:
    """Return the log of a run, as `GET /api/runs/{id}/log` does, for a person who may see its work item."""
    row = await _row_of_a_work_item(req)
    await _visit(req, row)
    return await run_calls.log_of(req, row)


@operation(twin(runs.CANCEL_RUN, CONTRIBUTES[1:]))
@blueprint.route(route="boards/runs/{id}/cancel", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@blueprint.durable_client_input(client_name="client")
@signed_in
async def cancel_boards_run(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """Cancel a run that has not begun to publish, for a person who may contribute to its repository."""
    row = await _row_of_a_work_item(req)
    visit = await _visit(req, row)
    await visit.check_contribute(str(row["project"]), str(row["repository"]))
    return await run_calls.cancel(client, str(row["RowKey"]), ROUTE)


@operation(twin(runs.RETRY_RUN, CONTRIBUTES))
@blueprint.route(route="boards/runs/{id}/retry", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@blueprint.durable_client_input(client_name="client")
@signed_in
async def retry_boards_run(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """Start a new run with the request of an ended run; the person becomes its requester."""
    row = await _row_of_a_work_item(req)
    visit = await _visit(req, row)
    person = await visit.person()
    await visit.check_group(person)
    await visit.check_contribute(str(row["project"]), str(row["repository"]), person)
    return await run_calls.retry(req, client, row, _requester(person), ROUTE)


def _requester(person: Person) -> Requester:
    return Requester(id=person.id, name=person.name, source="boards")


def _place(row: Row) -> tuple[str, str]:
    """Return organisation and project of a run, to be compared without case."""
    return str(row.get("organization", "")).casefold(), str(row.get("project", "")).casefold()


async def _row_of_a_work_item(req: func.HttpRequest) -> Row:
    """Return the row of the run in the path. Raises `BadRequest` (404) if it has no work item."""
    row = await run_calls.row_of(req)
    if row is None or not row.get("work_item_id"):
        raise BadRequest(run_calls.unknown_run())
    return row


async def _visit(req: func.HttpRequest, row: Row) -> Visit:
    """Return the visit of a person who may see the run's work item. Raises `BadRequest` for others."""
    visit = visit_of(req, str(row["organization"]))
    await visit.check_item(str(row["project"]), int(row["work_item_id"]))
    return visit
