"""The page of everything, of one organisation, or of one project: repositories, pull requests, work items."""

from aiohttp import web

from emulators.azure_devops.core.services import Services
from emulators.azure_devops.core.state import Project
from emulators.azure_devops.pages.html import Child, join, link, tag
from emulators.azure_devops.pages.layout import page, table
from emulators.azure_devops.pages.views import (
    item_row,
    project_path,
    pull_request_row,
    repository_path,
    trail_to,
)
from emulators.azure_devops.pull_requests import models as pull_requests
from emulators.azure_devops.work_items import models as work_items

MOST_ROWS = 200


async def show_home(services: Services, organization: str | None, project: Project | None) -> web.Response:
    """Return the page of what *organization* and *project* limit it to."""
    state = services.state
    projects = [project] if project else state.projects(organization)
    content = [_project(services, one) for one in projects]
    title = project.name if project else organization or "Azure DevOps"
    trail = trail_to(project) if project else []
    empty = tag("p", "There is no project yet.", class_="faint")
    return page(title, trail, tag("h1", title), content or empty)


def _project(services: Services, project: Project) -> Child:
    state = services.state
    repositories = list(state.repositories_of([project]))
    names = [link(repository.name, repository_path(project, repository)) for repository in repositories]
    pulls = pull_requests.listed(state, repositories)[:MOST_ROWS]
    items = list(reversed(work_items.everything(state, [project])))[:MOST_ROWS]
    return join(
        tag(
            "h2",
            link(project.name, project_path(project)),
            tag("span", f" {project.process}", class_="faint"),
        ),
        tag("p", "Repositories: ", [[name, " "] for name in names] or "none"),
        tag("h2", "Pull requests"),
        table(
            ["Title", "State", "Branches", "Created"],
            [pull_request_row(state, p) for p in pulls],
            "None yet.",
        ),
        tag("h2", "Work items"),
        table(["Title", "State", "Tags", "Changed"], [item_row(item) for item in items], "None yet."),
    )
