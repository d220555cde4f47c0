"""The page of the server, an organisation or a project: its repositories, pull requests and work items.

https://learn.microsoft.com/azure/devops/project/navigation/
https://learn.microsoft.com/azure/devops/boards/work-items/view-add-work-items
"""

from aiohttp import web

from emulators.azure_devops.core.services import Services
from emulators.azure_devops.core.state import Project
from emulators.azure_devops.pages.extension.lists import list_links
from emulators.azure_devops.pages.forms.inputs import Refused
from emulators.azure_devops.pages.forms.work_item import acting_person, create_form, page_problem
from emulators.azure_devops.pages.parts.html import Child, join, link, tag
from emulators.azure_devops.pages.parts.layout import facts, page, table
from emulators.azure_devops.pages.parts.views import (
    RUNS_PATH,
    builds_path,
    item_row,
    project_path,
    pull_request_row,
    repository_path,
    trail_to,
)
from emulators.azure_devops.pull_requests import models as pull_requests
from emulators.azure_devops.work_items import models as work_items

MAX_ROWS = 200
NO_PROJECT = (
    "No projects yet: make run creates a sample, and POST /_control/organizations/... creates others."
)
NO_REPOSITORY = "No repositories yet: create one with POST .../_apis/git/repositories"
NO_PULL_REQUEST = "No pull requests yet: tag a work item autocoder, and its run opens one."
NO_WORK_ITEM = "No work items yet: create one with the form below."


async def show_home(
    services: Services, organization: str | None, project: Project | None, refused: Refused | None = None
) -> web.Response:
    """Return the page of *project*, of *organization*, or of the server; *refused* is a form that failed."""
    state = services.state
    projects = [project] if project else state.projects(organization)
    title = project.name if project else organization or "Azure DevOps"
    return page(
        title,
        trail_to(project) if project else [],
        tag("h1", title),
        page_problem(refused),
        tag("p", link("Runs of the app", RUNS_PATH)) if services.runs else None,
        _project(services, project, "h2", refused)
        if project
        else [_section(services, one, refused) for one in projects],
        None if projects else tag("p", NO_PROJECT, class_="faint"),
        acting_person() if projects else None,
    )


def _section(services: Services, project: Project, refused: Refused | None) -> Child:
    name = tag("h2", link(project.name, project_path(project)))
    return join(name, _project(services, project, "h3", refused))


def _project(services: Services, project: Project, heading: str, refused: Refused | None) -> Child:
    state = services.state
    repositories = list(state.repositories_of([project]))
    names = [link(repository.name, repository_path(project, repository)) for repository in repositories]
    pulls = pull_requests.listed(state, repositories)[:MAX_ROWS]
    items = list(reversed(work_items.everything(state, [project])))[:MAX_ROWS]
    return join(
        facts(
            [
                ("Process", project.process),
                ("Repositories", [[name, " "] for name in names] or NO_REPOSITORY),
                ("Pipelines", link("Pipelines and their runs", builds_path(project))),
            ]
        ),
        tag(heading, "Pull requests"),
        table(
            ["Title", "State", "Branches", "Created"],
            [pull_request_row(state, one) for one in pulls],
            NO_PULL_REQUEST,
        ),
        tag(heading, "Work items"),
        list_links(project) if services.extension else None,
        table(["Title", "State", "Tags", "Changed"], [item_row(item) for item in items], NO_WORK_ITEM),
        create_form(project, refused),
    )
