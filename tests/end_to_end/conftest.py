"""Platforms with an agent that takes no time, and checks of what a run leaves behind."""

import html
import itertools
import json
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from emulators.azure_resource_manager.control.client import PlatformControl
from emulators.platform.app_settings import ORGANIZATION, PROJECT, REPOSITORY
from emulators.ports import AZURE_DEVOPS, AZURE_RESOURCE_MANAGER
from tests.deployments import DeployedApp, deployable
from tests.platform import Platform, patience, running_platform
from tests.quick_agent import quick_options

NOWHERE = "http://127.0.0.1:9"  # the discard port: nothing listens
WRITE = "write notes.txt Hello"
numbers = itertools.count(1)


def pytest_collection_modifyitems(config, items):
    """Give the tests here more time where they run on the Durable extension."""
    for item in items:
        if patience() > 1 and Path(__file__).parent in item.path.parents:
            given = item.get_closest_marker("timeout")
            seconds = given.args[0] if given else float(config.getini("timeout"))
            item.add_marker(pytest.mark.timeout(seconds * patience()), append=False)


@pytest.fixture(scope="session")
def quick(tmp_path_factory):
    """A platform whose agent takes no time, shared by the tests of a session."""
    yield from _quick_platform(
        tmp_path_factory, "quick", {"POLL_SECONDS": "1", "CAPACITY_MINUTES": "0.1", "SIGN_IN_MINUTES": "0.1"}
    )


@pytest.fixture(scope="session")
def narrow(tmp_path_factory):
    """A platform without callbacks, with one place to run, one to wait, one provider and short timeouts."""
    settings = {
        "MODEL_UPSTREAMS": json.dumps({"anthropic": NOWHERE}),
        "PUBLIC_URL": NOWHERE,
        "POLL_SECONDS": "0.5",
        "MAX_CONCURRENT_RUNS": "1",
        "MAX_QUEUED_RUNS": "1",
        "PROVISIONING_MINUTES": "0.05",
    }
    yield from _quick_platform(tmp_path_factory, "narrow", settings)


@pytest.fixture(scope="module")
def deployed(tmp_path_factory):
    """A platform whose app can be replaced by one of another shape."""
    folder = tmp_path_factory.mktemp("deployments")
    app, options = deployable(folder / "app")
    with running_platform(folder / "state", **options) as platform:
        yield DeployedApp(platform, app)


def _quick_platform(tmp_path_factory, name, settings):
    folder = tmp_path_factory.mktemp(name)
    with running_platform(folder / "state", **quick_options(folder / "app", settings=settings)) as platform:
        yield platform


@dataclass
class Case:
    """One work item with orders for the agent, and its run."""

    platform: Platform
    item: dict
    run_id: str = ""
    fields: dict = field(default_factory=dict)

    def start(self):
        """Start the run over REST."""
        body = {"workItemId": self.item["id"], "project": PROJECT, **self.fields}
        answer = self.platform.post_run(body)
        assert answer.status_code == 202, answer.text
        self.run_id = answer.json()["id"]
        return self

    def ended(self, outcome="completed", seconds=60):
        """Wait for the end and check the outcome; returns the run."""
        run = self.platform.finished(self.run_id, seconds)
        assert run["status"] == outcome, (run["status"], run.get("reason"), run.get("phases"))
        return run

    def reached(self, status, seconds=30):
        """Wait until the run is in this phase; returns the run."""
        run = self.platform.reached(self.run_id, status, seconds)
        assert run["status"] == status, run
        return run

    def waits(self, words):
        """Wait until the run waits with *words* as its reason, and that is over."""

        def told():
            return words in self.platform.app.run(self.run_id).get("reason", "")

        self.platform.wait_for(told, f"run {self.run_id} to wait: {words}", 30)
        time.sleep(1.1)  # the shortest wait without an orchestration

    @property
    def group(self):
        """The name of the container group of the run's first round."""
        return f"autocoder-{self.run_id}-1"

    @property
    def comment(self):
        """The text of the one comment of the work item."""
        (comment,) = self.platform.comments(self.item["id"])
        assert f"Run {self.run_id}" in comment["text"]
        return html.unescape(comment["text"])

    @property
    def pull_requests(self):
        """The pull requests from branches of this work item, with their whole descriptions."""
        prefix = f"refs/heads/autocoder/{self.item['id']}-"
        repository, person = self.fields.get("repository", REPOSITORY), self.platform.person
        found = person.pull_requests(PROJECT, repository)
        ours = [one["pullRequestId"] for one in found if one["sourceRefName"].startswith(prefix)]
        return [person.pull_request(PROJECT, repository, number) for number in ours]

    def published_once(self, outcome="completed", seconds=60):
        """The run ends with one pull request and one comment that names it; nothing is left of it."""
        run = self.ended(outcome, seconds)
        (pull_request,) = self.pull_requests
        assert run["pullRequestId"] == pull_request["pullRequestId"]
        assert run["pullRequestUrl"] in self.comment
        self.left_nothing()
        return run

    def left_nothing(self):
        """Check that no container group of this run is left."""
        assert not [name for name in self.platform.container_groups() if self.run_id in name]

    def published_nothing(self, outcome, seconds=60):
        """The run ends without a pull request, and its comment says why; returns the run."""
        run = self.ended(outcome, seconds)
        assert self.pull_requests == []
        assert run["reason"].split("\n")[0] in self.comment
        self.left_nothing()
        return run


def case_on(platform, *orders, title=None, **fields):
    """A work item on *platform* with *orders* for the agent; its run is not started yet."""
    text = "".join(f"<div>QUICK {html.escape(order)}</div>" for order in orders or (WRITE,))
    return Case(platform, platform.work_item(title or f"Task {next(numbers)}", text), fields=fields)


@pytest.fixture(scope="session")
def new_repository(quick, tmp_path_factory):
    """Create a small repository with a given name on the shared platform; returns its id."""
    plain = a_repository(tmp_path_factory.mktemp("project"), {})

    def make(name, files=None):
        folder = a_repository(tmp_path_factory.mktemp("project"), files) if files else plain
        path = f"/_control/organizations/{ORGANIZATION}/projects/{PROJECT}/repositories"
        with quick.client(AZURE_DEVOPS) as control:
            answer = control.post(path, json={"name": name, "path": str(folder)})
        return answer.raise_for_status().json()["id"]

    return make


def a_repository(folder, files):
    """Make *folder* a Git repository with one commit of a README.md and *files* (path -> text)."""
    for path, text in {"README.md": "Hello\n", **files}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    who = ["-c", "user.name=Sample", "-c", "user.email=sample@noreply.invalid"]
    for words in (["init", "-q", "-b", "main"], ["add", "."], [*who, "commit", "-q", "-m", "Start"]):
        subprocess.run(["git", *words], cwd=folder, check=True)
    return folder


@pytest.fixture
def case(quick):
    """Make a work item with orders for the agent, on the shared platform."""
    yield lambda *orders, **options: case_on(quick, *orders, **options)
    quick.forget_faults()


@pytest.fixture
def narrow_case(narrow):
    """Make a work item with orders for the agent, on the platform that no callback reaches."""
    yield lambda *orders, **options: case_on(narrow, *orders, **options)
    narrow.forget_faults()


def control_of(platform):
    """The control client of the resource manager, as a context manager."""
    bundle = platform.plan.trust()["SSL_CERT_FILE"]
    return PlatformControl(platform.url(AZURE_RESOURCE_MANAGER), bundle)


@pytest.fixture
def azure(quick):
    """The control client of the shared platform's resource manager."""
    with control_of(quick) as control:
        yield control
        control.no_trouble()
