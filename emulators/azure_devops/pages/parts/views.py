"""Views that several pages share: addresses, states, people, rows of pull requests and work items.

https://learn.microsoft.com/azure/devops/boards/work-items/workflow-and-state-categories
https://learn.microsoft.com/azure/devops/repos/git/pull-requests
"""

from urllib.parse import quote

from emulators.azure_devops.core.errors import VssError
from emulators.azure_devops.core.services import Services
from emulators.azure_devops.core.state import JSON, Project, Repository, State
from emulators.azure_devops.pages.parts.html import Child, Html, join, link, tag
from emulators.azure_devops.pages.parts.layout import badge, date
from emulators.azure_devops.pages.parts.references import References
from emulators.azure_devops.pull_requests.models import find as find_pull_request
from emulators.azure_devops.pull_requests.models import repository_of
from emulators.azure_devops.work_items import models as work_items
from emulators.azure_devops.work_items.models import WorkItem
from emulators.azure_devops.work_items.processes import COMPLETED, IN_PROGRESS, RESOLVED

RUNS_PATH = "/_runs"
LOOKS = {IN_PROGRESS: "wait", RESOLVED: "done", COMPLETED: "good"}
VOTES = {
    10: "approved",
    5: "approved with suggestions",
    0: "no vote",
    -5: "waiting for author",
    -10: "rejected",
}


def project_path(project: Project) -> str:
    """Return the path of a project's page."""
    return f"/{quote(project.organization)}/{quote(project.name)}"


def repository_path(project: Project, repository: Repository) -> str:
    """Return the path of a repository's page."""
    return f"{project_path(project)}/_git/{quote(repository.name)}"


def trail_to(project: Project, repository: Repository | None = None) -> list[tuple[str, str]]:
    """Return the names and paths of the pages from the organisation down to the project or repository."""
    above = [(project.organization, f"/{project.organization}"), (project.name, project_path(project))]
    return [*above, (repository.name, repository_path(project, repository))] if repository else above


def builds_path(project: Project, run: JSON | None = None) -> str:
    """Return the path of the page of a project's pipelines, or of one of their runs."""
    here = f"{project_path(project)}/_build"
    return here if run is None else f"{here}/results?buildId={run['id']}"


def work_item_path(item: WorkItem) -> str:
    """Return the path of a work item's page."""
    return f"{project_path(item.project)}/_workitems/edit/{item.id}"


def pull_request_path(state: State, pull_request: JSON) -> str:
    """Return the path of a pull request's page."""
    repository = repository_of(state, pull_request)
    project = state.project_of(repository.project_id)
    return f"{repository_path(project, repository)}/pullrequest/{pull_request['id']}"


def run_path(run_id: str) -> str:
    """Return the path of a run's page."""
    return f"{RUNS_PATH}/{quote(run_id, safe='')}"


def references(services: Services, organization: str) -> References:
    """Return the functions that find the pages referenced in texts of *organization*."""
    state = services.state

    def work_item(number: str) -> str | None:
        try:
            item = work_items.find(state, int(number), None)
        except VssError:
            return None
        return work_item_path(item) if item.project.organization == organization else None

    def pull_request(number: str) -> str | None:
        try:
            found = find_pull_request(state, int(number))
        except VssError:
            return None
        project = state.project_of(repository_of(state, found).project_id)
        return pull_request_path(state, found) if project.organization == organization else None

    def run(run_id: str) -> str | None:
        return run_path(run_id) if services.runs else None

    return References(work_item, pull_request, run)


def person(state: State, identity_id: str | None) -> str:
    """Return the name of a person, an application or a group."""
    identity = state.identity(identity_id) if identity_id else None
    return identity.display_name if identity else "Unknown"


def branch(ref: str) -> Html:
    """Return a branch's name."""
    return tag("code", ref.removeprefix("refs/heads/"))


def item_state(item: WorkItem) -> Html:
    """Return a work item's state in the colour of its category."""
    name = str(item.fields["System.State"])
    return badge(name, LOOKS.get(item.kind.category(name) or "", "faint"))


def item_link(item: WorkItem) -> Html:
    """Return a link to a work item: its type, number and title."""
    return link(
        f"{item.fields['System.WorkItemType']} {item.id}: {item.fields['System.Title']}", work_item_path(item)
    )


def pull_request_state(pull_request: JSON) -> Html:
    """Return badges of a pull request: draft, active, completed or abandoned, and whether it merges."""
    status = str(pull_request["status"])
    if status == "active" and pull_request["draft"]:
        shown = badge("Draft", "faint")
    else:
        shown = badge(status.capitalize(), {"active": "good", "completed": "done"}.get(status, "bad"))
    if status == "active" and pull_request["mergeStatus"] == "conflicts":
        return join(shown, badge("Conflicts", "bad"))
    return shown


def tags(names: list[str]) -> Child:
    """Return tags or labels as badges."""
    return [tag("span", name, class_="tag") for name in names]


def item_row(item: WorkItem) -> list[Child]:
    """Return a row of a list of work items."""
    return [
        item_link(item),
        item_state(item),
        tags(item.tags),
        tag("span", date(item.revision["date"]), class_="date"),
    ]


def pull_request_row(state: State, pull_request: JSON) -> list[Child]:
    """Return a row of a list of pull requests."""
    text = f"{pull_request['id']}: {pull_request['title']}"
    return [
        link(text, pull_request_path(state, pull_request)),
        pull_request_state(pull_request),
        join(branch(pull_request["source"]), " into ", branch(pull_request["target"])),
        tag("span", date(pull_request["created"]), class_="date"),
    ]
