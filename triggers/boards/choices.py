"""`/api/boards/agents`, `repositories` and `templates`: what a person can choose for a run."""

import azure.durable_functions as df
import azure.functions as func

from autocoder.models import AgentList, RepositoryEntry, RepositoryList, TemplateList
from autocoder.prompts.prompt import own_template_names
from autocoder.requests.query import OrganizationQuery, ProjectQuery
from autocoder.settings import settings
from triggers.agents import agent_list
from triggers.answers import answer, query_of
from triggers.boards.person import signed_in_person
from triggers.boards.sign_in import signed_in, twin
from triggers.operations import Operation, operation

blueprint = df.Blueprint()
INVALID_QUERY = {400: ("invalid_query",)}
LIST_AGENTS = Operation(
    tag="boards", query=OrganizationQuery, answers={200: (AgentList,)}, errors=INVALID_QUERY
)
LIST_REPOSITORIES = Operation(
    tag="boards", query=ProjectQuery, answers={200: (RepositoryList,)}, errors=INVALID_QUERY
)
LIST_TEMPLATES = Operation(
    tag="boards", query=OrganizationQuery, answers={200: (TemplateList,)}, errors=INVALID_QUERY
)


@operation(twin(LIST_AGENTS))
@blueprint.route(route="boards/agents", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@signed_in
async def list_boards_agents(req: func.HttpRequest) -> func.HttpResponse:
    """List the agents, as `GET /api/agents` does, for a person who signed in."""
    await _check_person(req)
    return await agent_list()


@operation(twin(LIST_REPOSITORIES, "not_visible"))
@blueprint.route(route="boards/repositories", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@signed_in
async def list_boards_repositories(req: func.HttpRequest) -> func.HttpResponse:
    """List the repositories that PROJECT_REPO_MAP has for the project."""
    query = query_of(req, ProjectQuery)
    person = await signed_in_person(req, query.organization)
    if query.work_item_id is None:
        await person.check_project(query.project)
    else:
        await person.check_item(query.work_item_id, query.project)
    names = settings().repositories(query.project)
    value = tuple(RepositoryEntry(name=name, is_default=len(names) == 1) for name in names)
    return answer(200, RepositoryList(count=len(value), value=value, is_mapped=bool(names)))


@operation(twin(LIST_TEMPLATES))
@blueprint.route(route="boards/templates", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@signed_in
async def list_boards_templates(req: func.HttpRequest) -> func.HttpResponse:
    """List the names of the app's prompt templates."""
    await _check_person(req)
    value = own_template_names()
    return answer(200, TemplateList(count=len(value), value=value))


async def _check_person(req: func.HttpRequest) -> None:
    """Check that Azure DevOps knows the person. Raises `BadRequest` (400, 401)."""
    organization = query_of(req, OrganizationQuery).organization
    await signed_in_person(req, organization or settings().organization)
