"""Azure DevOps as the benchmark uses it: repositories, work items, pull requests, and the bare script.

https://learn.microsoft.com/rest/api/azure/devops/git/pull-requests/create
"""

import datetime as dt
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from emulators.bench.repositories import BRANCH, Contents, stream
from emulators.platform.app_settings import PROJECT
from emulators.platform.clients.organization import Organization
from emulators.platform.clients.person import API_VERSION

JSON = dict[str, Any]
AUTHOR = "Bench"


def add_repository(organization: Organization, contents: Contents) -> "Remote":
    """Create a repository and push *contents* to it; raises `PlatformError` on refusal."""
    remote = Remote(organization, organization.repository(contents.name))
    remote.git.push_stream(stream(contents), BRANCH)
    return remote


def create_work_item(organization: Organization, title: str) -> int:
    """Create a work item; returns its number."""
    fields = {"System.Title": title, "System.Description": "<div>Write a file that says hello.</div>"}
    return int(organization.person.create_work_item(PROJECT, "User Story", fields)["id"])


class Remote:
    """A repository, with a Git client and its pull requests."""

    def __init__(self, organization: Organization, repository: JSON) -> None:
        self.person, self.name = organization.person, str(repository["name"])
        self.git = organization.git(repository, AUTHOR)
        self._http = httpx.Client(auth=("", organization.token), trust_env=False, timeout=60)

    def bare_script(self, number: int) -> float:
        """Clone, write a file, commit, push and open a pull request; returns the seconds."""
        branch = f"script/{number}"
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as place:
            work = Path(place) / "work"
            self.git.clone_newest(work)
            (work / "hello.txt").write_text("Hello from a script.\n")
            self.git.push_work_tree(work, branch, "Say hello", "hello.txt")
            self._open_pull_request(branch)
            return time.monotonic() - began

    def opened_at(self, pull_request: int) -> float:
        """Return the creation time of a pull request, in seconds since 1970."""
        text = self.person.pull_request(PROJECT, self.name, pull_request)["creationDate"]
        return dt.datetime.fromisoformat(text).timestamp()

    def _open_pull_request(self, branch: str) -> None:
        url = f"{self.person.url}/{PROJECT}/_apis/git/repositories/{self.name}/pullrequests"
        body = {
            "sourceRefName": f"refs/heads/{branch}",
            "targetRefName": f"refs/heads/{BRANCH}",
            "title": "Say hello",
        }
        self._http.post(url, params={"api-version": API_VERSION}, json=body).raise_for_status()
