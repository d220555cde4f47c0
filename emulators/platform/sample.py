"""The sample: a small project in the emulated Azure DevOps, a work item for it, and the hooks to the app.

What the public REST API cannot do at once (organisations, projects, a person's token) goes through the
emulator's control routes; everything else is done as a person does it.
"""

import json
import secrets
from dataclasses import dataclass
from typing import Any

import httpx

from emulators.platform.app import function_key
from emulators.platform.app_settings import ORGANIZATION, PROJECT, REPOSITORY
from emulators.platform.checkout import Git
from emulators.platform.person import Person
from emulators.platform.processes import ROOT, PlatformError
from emulators.platform.running import Platform
from emulators.ports import AZURE_DEVOPS, FUNCTIONS_HOST

JSON = dict[str, Any]
SAMPLE = ROOT / "emulators" / "sample"
BRANCH = "main"
HOOK_FUNCTION = "azure_devops_hook"
EVENTS = ("workitem.created", "workitem.updated")
ADMINISTRATOR = "fabrikamfiber16@hotmail.com"  # of the people that the emulated organisation has


@dataclass(frozen=True, slots=True)
class Sample:
    """The sample as it was created, and an administrator to go on with."""

    person: Person
    git: Git
    project: str
    project_id: str
    repository: str
    repository_url: str
    work_item: JSON

    @property
    def work_item_url(self) -> str:
        """The page of the work item."""
        return f"{self.person.url}/{self.project}/_workitems/edit/{self.work_item['id']}"


def create_sample(platform: Platform) -> Sample:
    """Fill the emulated Azure DevOps of *platform*; raises `PlatformError` when it is refused."""
    url, token = platform.url(AZURE_DEVOPS), secrets.token_hex(26)
    with httpx.Client(base_url=url, trust_env=False, timeout=30) as control:
        project_id = _control(control, f"organizations/{ORGANIZATION}/projects", {"name": PROJECT})["id"]
        _control(control, "pats", {"token": token, "identity": ADMINISTRATOR})
    person = Person(f"{url}/{ORGANIZATION}", token)
    repository = _repository(person)
    git = Git(repository["remoteUrl"], token)
    if not repository.get("defaultBranch"):  # nothing was pushed yet
        git.push_folder(SAMPLE / "project", BRANCH, "Start the project")
    _subscribe(platform, person, project_id)
    item = _work_item(person)
    return Sample(person, git, PROJECT, project_id, REPOSITORY, repository["webUrl"], item)


def _control(control: httpx.Client, what: str, body: JSON) -> JSON:
    answer = control.post(f"/_control/{what}", json=body)
    if answer.is_error:
        raise PlatformError(f"azure_devops: /_control/{what}: HTTP {answer.status_code} {answer.text[:300]}")
    made: JSON = answer.json()
    return made


def _repository(person: Person) -> JSON:
    """Create the repository, unless an earlier start on this state folder did."""
    path = f"{PROJECT}/_apis/git/repositories"
    known = [one for one in person.ask("GET", path)["value"] if one["name"] == REPOSITORY]
    made: JSON = known[0] if known else person.ask("POST", path, json={"name": REPOSITORY})
    return made


def _subscribe(platform: Platform, person: Person, project_id: str) -> None:
    """Subscribe the app to the work items of the project, as a team does it in its project settings."""
    key = function_key(platform.plan, HOOK_FUNCTION)
    url = f"{platform.url(FUNCTIONS_HOST)}/api/hooks/azure-devops?code={key}"
    for earlier in person.ask("GET", "_apis/hooks/subscriptions")["value"]:
        person.ask(
            "DELETE", f"_apis/hooks/subscriptions/{earlier['id']}"
        )  # its address may have another port
    for event in EVENTS:
        person.subscribe(event, project_id, url, platform.passwords.hook_password)


def _work_item(person: Person) -> JSON:
    """Create the work item, without the tag that starts a run."""
    content = json.loads((SAMPLE / "work_item.json").read_text())
    fields = {
        "System.Title": content["title"],
        "System.Description": content["description"],
        "Microsoft.VSTS.Common.AcceptanceCriteria": content["acceptanceCriteria"],
    }
    return person.create_work_item(PROJECT, content["type"], fields)
