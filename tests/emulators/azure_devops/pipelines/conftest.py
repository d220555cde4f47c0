"""Pipelines of small repositories, a stand-in for the built task, and runs that are awaited."""

import functools
import itertools
import json
import time

import pytest

from emulators.azure_devops.__main__ import build
from tests.emulators.azure_devops.conftest import Running, git

PROJECT = "Fabrikam Fiber"
NONE = "steps:\n- checkout: none\n"
numbers = itertools.count(1)
TASK = {
    "id": "b8f0a3ce-6f0d-4b67-9a43-5c7c4a3d9e21",
    "name": "Autocoder",
    "description": "A stand-in",
    "version": {"Major": 1, "Minor": 0, "Patch": 0},
    "inputs": [
        {"name": "workItemId", "type": "string"},
        {"name": "createPullRequest", "type": "boolean", "defaultValue": "true"},
        {"name": "autocoderConnection", "type": "connectedService:autocoder"},
    ],
    "execution": {"Node20_1": {"target": "index.js"}},
    "restrictions": {"settableVariables": {"allowed": ["runId"]}},
}
SCRIPT = """
const fs = require("fs");
const shown = /^(INPUT_|ENDPOINT_URL|SYSTEM_TASK)/;
const names = Object.keys(process.env).filter((name) => shown.test(name)).sort();
for (const name of names) console.log(`${name}=${process.env[name]}`);
const endpoint = process.env.INPUT_AUTOCODERCONNECTION;
if (endpoint) console.log("key " + process.env[`ENDPOINT_AUTH_PARAMETER_${endpoint}_APITOKEN`]);
console.log("secret " + process.env.SECRET_AUTOCODER_KEY);
console.log("##vso[task.setvariable variable=runId;isOutput=true]run-1");
console.log("##vso[task.setvariable variable=PATH]/nowhere");
fs.writeFileSync(process.env.AGENT_TEMPDIRECTORY + "/summary.md", "Pull request: [!1](http://example.com/1)");
console.log("##vso[task.uploadsummary]" + process.env.AGENT_TEMPDIRECTORY + "/summary.md");
console.log("##vso[task.complete result=Succeeded;]done");
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server whose pipelines run the stand-in for the task."""
    task = tmp_path_factory.mktemp("task")
    (task / "task.json").write_text(json.dumps(TASK))
    (task / "index.js").write_text(SCRIPT)
    running = Running(tmp_path_factory.mktemp("state"), functools.partial(build, task=task))
    yield running
    running.stop()


class Pipeline:
    """A pipeline in the emulator: starts runs over REST, and reads what they leave."""

    def __init__(self, http, number, repository, state):
        self.http, self.id, self.repository, self.state = http, number, repository, state
        self.path = f"{PROJECT}/_apis/pipelines/{number}"

    def post(self, **body):
        return self.http.post(f"{self.path}/runs", json=body)

    def refused(self, status=400, **body):
        """Check that a run is refused; returns the message."""
        answer = self.post(**body)
        assert answer.status_code == status, answer.text
        return answer.json()["message"]

    def start(self, **body):
        answer = self.post(**body)
        assert answer.status_code == 200, answer.text
        return answer.json()["id"]

    def get(self, run):
        return self.http.get(f"{self.path}/runs/{run}").json()

    def build(self, run, part=""):
        answer = self.http.get(f"{PROJECT}/_apis/build/builds/{run}{part}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def cancel(self, run):
        return self.http.patch(f"{PROJECT}/_apis/build/builds/{run}", json={"status": "cancelling"})

    def release(self, run):
        """Create the file that a step of a run waits for: `go` in its temporary folder."""
        (temp,) = self.state.glob(f"azure_devops/pipelines/work/*/{run}/_temp")
        (temp / "go").touch()

    def wait(self, run, done, what="the end"):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            found = done(run)
            if found:
                return found
            time.sleep(0.05)
        raise AssertionError(f"waited for {what}: {self.log(run)}")

    def ended(self, run):
        """Wait for the end of a run; returns its build."""
        return self.wait(run, lambda it: self.build(it) if self.build(it)["status"] == "completed" else None)

    def result(self, **body):
        """Start a run and wait for its end; returns the result and the log."""
        run = self.start(**body)
        return self.ended(run)["result"], self.log(run)

    def tasks(self, run):
        """The records of the steps in the timeline."""
        return [one for one in self.build(run, "/timeline")["records"] if one["type"] == "Task"]

    def log(self, run):
        """The text of all logs of a run, without the times."""
        lines = []
        for one in self.build(run, "/logs")["value"]:
            lines += self.build(run, f"/logs/{one['id']}")["value"]
        return "\n".join(line.partition(" ")[2] for line in lines)


@pytest.fixture(scope="module")
def new_pipeline(ado, http, server, tmp_path_factory):
    """Create a pipeline from the text of its YAML file."""

    def make(text, **more):
        number = next(numbers)
        folder = tmp_path_factory.mktemp("repository")
        git("init", "-q", "-b", "main", cwd=folder)
        (folder / "README.md").write_text("# Sample\n")
        if text is not None:
            (folder / "ci.yml").write_bytes(text if isinstance(text, bytes) else text.encode())
        git("add", ".", cwd=folder)
        git("commit", "-q", "-m", "Begin", cwd=folder)
        git("branch", "topic", cwd=folder)
        name = f"pipeline-{number}"
        repository = ado.import_repository(PROJECT, name, folder)
        made = ado.create_pipeline(PROJECT, name, repository["id"], "ci.yml", **more)
        return Pipeline(http, made["id"], repository, server.state)

    return make


@pytest.fixture
def run(new_pipeline):
    """Run a pipeline of these steps (YAML); returns its build's result, its log, and the pipeline and run."""

    def go(steps, before="", body=None, **more):
        pipeline = new_pipeline(f"{before}{NONE}{steps}", **more)
        started = pipeline.start(**(body or {}))
        build = pipeline.ended(started)
        return build["result"], pipeline.log(started), pipeline, started

    return go
