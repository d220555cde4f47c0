"""Azure DevOps as the bench uses it: repositories, work items, pull requests, and the bare script."""

import base64
import datetime as dt
import os
import secrets
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from emulators.bench.repositories import BRANCH, Contents, stream
from emulators.platform.app_settings import ORGANIZATION, PROJECT
from emulators.platform.person import API_VERSION, Person
from emulators.platform.processes import PlatformError
from emulators.platform.running import Platform
from emulators.platform.sample import ADMINISTRATOR
from emulators.ports import AZURE_DEVOPS

JSON = dict[str, Any]


class Organization:
    """The emulated organisation, signed in to as an administrator."""

    def __init__(self, platform: Platform) -> None:
        url, token = platform.url(AZURE_DEVOPS), secrets.token_hex(26)
        with httpx.Client(base_url=url, trust_env=False, timeout=30) as control:
            for what, body in (
                (f"organizations/{ORGANIZATION}/projects", {"name": PROJECT}),
                ("pats", {"token": token, "identity": ADMINISTRATOR}),
            ):
                control.post(f"/_control/{what}", json=body).raise_for_status()
        self.person = Person(f"{url}/{ORGANIZATION}", token)
        self._token = token

    def add_repository(self, contents: Contents) -> "Remote":
        """Create and fill a repository."""
        path = f"{PROJECT}/_apis/git/repositories"
        made = self.person.ask("POST", path, json={"name": contents.name})
        remote = Remote(self.person, made["name"], made["remoteUrl"], self._token)
        remote.fill(contents)
        return remote

    def work_item(self, title: str) -> int:
        """Create a work item; returns its number."""
        fields = {"System.Title": title, "System.Description": "<div>Write a file that says hello.</div>"}
        return int(self.person.create_work_item(PROJECT, "User Story", fields)["id"])


class Remote:
    """A repository, and Git against it."""

    def __init__(self, person: Person, name: str, url: str, token: str) -> None:
        self.person, self.name, self.url = person, name, url
        basic = base64.b64encode(f":{token}".encode()).decode()
        self._http = httpx.Client(auth=("", token), trust_env=False, timeout=60)
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": tempfile.gettempdir(),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "http.extraHeader",
            "GIT_CONFIG_VALUE_0": f"Authorization: Basic {basic}",
        }
        for role in ("AUTHOR", "COMMITTER"):
            self._environment |= {f"GIT_{role}_NAME": "Bench", f"GIT_{role}_EMAIL": "bench@noreply.invalid"}

    def fill(self, contents: Contents) -> None:
        """Push *contents* as the default branch."""
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            self._git(folder, "init", "--quiet", "--bare", ".")
            command = ["git", "fast-import", "--quiet", "--done"]
            with subprocess.Popen(
                command, cwd=folder, env=self._environment, stdin=subprocess.PIPE
            ) as feeding:
                if feeding.stdin is not None:
                    feeding.stdin.writelines(stream(contents))
            self._git(folder, "push", "--quiet", self.url, BRANCH)

    def bare_script(self, number: int) -> float:
        """Clone, write a file, commit, push, open a pull request, and nothing else; returns the seconds."""
        branch = f"script/{number}"
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            self._git(folder, "clone", "--quiet", "--depth=1", self.url, "work")
            work = folder / "work"
            (work / "hello.txt").write_text("Hello from a script.\n")
            self._git(work, "add", "hello.txt")
            self._git(work, "commit", "--quiet", "--message=Say hello")
            self._git(work, "push", "--quiet", "origin", f"HEAD:refs/heads/{branch}")
            self._open_pull_request(branch)
            return time.monotonic() - began

    def opened_at(self, pull_request: int) -> float:
        """Return when a pull request was opened, as seconds since the epoch."""
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

    def _git(self, folder: Path, *arguments: str) -> None:
        done = subprocess.run(
            ["git", *arguments],
            cwd=folder,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise PlatformError(f"git {arguments[0]} failed: {done.stderr.strip()}")
