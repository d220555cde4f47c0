"""Signing in to the emulated organisation as an administrator.

The emulator's control routes create the organisation, the project and the token, which the public REST API
cannot create at once. Everything else uses the REST API, as a person's tools would.
https://learn.microsoft.com/rest/api/azure/devops/git/repositories/create
"""

import secrets
from dataclasses import dataclass
from typing import Any

import httpx

from emulators.platform.app_settings import ORGANIZATION, PROJECT
from emulators.platform.clients.git import Git
from emulators.platform.clients.person import Person
from emulators.platform.processes import PlatformError

JSON = dict[str, Any]
ADMINISTRATOR = "fabrikamfiber16@hotmail.com"  # one of the people in every emulated organisation


@dataclass(frozen=True, slots=True)
class Organization:
    """The organisation with its project, and an administrator's session."""

    person: Person
    project_id: str
    token: str

    def repository(self, name: str) -> JSON:
        """Return the repository *name*, created if it does not exist; raises `PlatformError` on refusal."""
        path = f"{PROJECT}/_apis/git/repositories"
        known = [one for one in self.person.ask("GET", path)["value"] if one["name"] == name]
        found: JSON = known[0] if known else self.person.ask("POST", path, json={"name": name})
        return found

    def git(self, repository: JSON, author: str = "Sample") -> Git:
        """Return a Git client of *repository*, signed in as the administrator."""
        return Git(repository["remoteUrl"], self.token, author)


def sign_in(url: str) -> Organization:
    """Create the organisation and project at *url* unless they exist; raises `PlatformError` on refusal."""
    token = secrets.token_hex(26)
    with httpx.Client(base_url=url, trust_env=False, timeout=30) as control:
        project = _control(control, f"organizations/{ORGANIZATION}/projects", {"name": PROJECT})
        _control(control, "pats", {"token": token, "identity": ADMINISTRATOR})
    return Organization(Person(f"{url}/{ORGANIZATION}", token), project["id"], token)


def set_up(url: str, part: str, body: JSON) -> JSON:
    """Create a *part* of the project at *url*, such as `pipelines`; raises `PlatformError` on refusal."""
    with httpx.Client(base_url=url, trust_env=False, timeout=30) as control:
        return _control(control, f"organizations/{ORGANIZATION}/projects/{PROJECT}/{part}", body)


def _control(control: httpx.Client, path: str, body: JSON) -> JSON:
    answer = control.post(f"/_control/{path}", json=body)
    if answer.is_error:
        raise PlatformError(f"azure_devops: /_control/{path}: HTTP {answer.status_code} {answer.text[:300]}")
    made: JSON = answer.json()
    return made
