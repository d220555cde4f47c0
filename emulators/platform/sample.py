"""The sample: a small project in the emulated Azure DevOps, a work item for it, and the hooks to the app.

https://learn.microsoft.com/rest/api/azure/devops/hooks/subscriptions/create
"""

import json
from dataclasses import dataclass, field
from typing import Any

from emulators.platform.app_settings import PROJECT, REPOSITORY
from emulators.platform.clients.app import function_key
from emulators.platform.clients.git import Git
from emulators.platform.clients.organization import sign_in
from emulators.platform.clients.person import Person
from emulators.platform.processes import ROOT
from emulators.platform.running import Platform
from emulators.ports import AZURE_DEVOPS, FUNCTIONS_HOST

JSON = dict[str, Any]
SAMPLE = ROOT / "emulators" / "sample"
BRANCH, TAG = "main", "autocoder"  # the tag that starts a run
HOOK_FUNCTION, HOOK_PATH = "azure_devops_hook", "/api/hooks/azure-devops"
EVENTS = ("workitem.created", "workitem.updated")


@dataclass(frozen=True, slots=True)
class Sample:
    """The sample as it was created, and an administrator's session."""

    person: Person
    git: Git
    project: str
    project_id: str
    repository: str
    repository_url: str
    work_item: JSON
    token: str = field(repr=False)

    @property
    def work_item_url(self) -> str:
        """The page of the work item."""
        return f"{self.person.url}/{self.project}/_workitems/edit/{self.work_item['id']}"


def create_sample(platform: Platform) -> Sample:
    """Fill the emulated Azure DevOps of *platform*; raises `PlatformError` when it is refused."""
    organization = sign_in(platform.url(AZURE_DEVOPS))
    person, project_id = organization.person, organization.project_id
    repository = organization.repository(REPOSITORY)
    git = organization.git(repository)
    if not repository.get("defaultBranch"):  # nothing has been pushed yet
        git.push_folder(SAMPLE / "project", BRANCH, "Start the project")
    _subscribe(platform, person, project_id)
    item = _work_item(person)
    return Sample(
        person, git, PROJECT, project_id, REPOSITORY, repository["webUrl"], item, organization.token
    )


def hook_url(platform: Platform) -> str:
    """Return the app's service hook URL with its key; raises `PlatformError` when the app has none."""
    key = function_key(platform.plan, HOOK_FUNCTION)
    return f"{platform.url(FUNCTIONS_HOST)}{HOOK_PATH}?code={key}"


def _subscribe(platform: Platform, person: Person, project_id: str) -> None:
    """Subscribe the app to the work items of the project, as a team would in its project settings."""
    for earlier in person.ask("GET", "_apis/hooks/subscriptions")["value"]:
        path = f"_apis/hooks/subscriptions/{earlier['id']}"
        person.ask("DELETE", path)  # an earlier start may have used another port
    for event in EVENTS:
        person.subscribe(event, project_id, hook_url(platform), platform.passwords.hook_password)


def _work_item(person: Person) -> JSON:
    """Create the work item, without the tag that starts a run."""
    content = json.loads((SAMPLE / "work_item.json").read_text())
    fields = {
        "System.Title": content["title"],
        "System.Description": content["description"],
        "Microsoft.VSTS.Common.AcceptanceCriteria": content["acceptanceCriteria"],
    }
    return person.create_work_item(PROJECT, content["type"], fields)
