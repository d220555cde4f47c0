import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from autocoder import models as m
from autocoder import wire
from autocoder.ids import new_run_id
from tests.emulators.functions_host.conftest import Host

APP = Path(__file__).parent / "app"
SHA = "1" * 40
NEW = "2" * 40


def request(**changes):
    given = {
        "organization": "contoso",
        "project": "Web",
        "repository": "app",
        "agent_type": "claude",
        "work_item_id": 7,
        "requester": m.Requester(source="service_hook", update=1),
    }
    return m.RunRequest(**{**given, **changes})


def run(**changes):
    return m.Run(id=new_run_id(), request=request(**changes), title="", queued_at="2026-01-01T00:00:00Z")


def repository():
    return m.Repository(
        id="r",
        name="app",
        project="Web",
        project_id="p",
        clone_url="https://x",
        web_url="https://x",
        target_branch="main",
        target_commit=SHA,
        base=m.Base(branch="main", commit=SHA),
    )


def plan(of):
    item = m.WorkItemSummary(id=7, rev=1, type="Bug", title="Crash", web_url="https://x/7")
    return m.Plan(
        run=of,
        title="Crash",
        work_item=item,
        repository=repository(),
        branch="autocoder/7-crash-abcdef",
        agent_type="claude",
        agent_name="Claude Code",
        model="m",
        image="i",
        budget=m.Budget(minutes=30),
        inputs=("run.json",),
        poll_seconds=0.05,
    )


def result(of, **changes):
    given = {"run_id": of.id, "outcome": "changed", "base_commit": SHA, "summary": "Done."}
    pack = m.Pack(commit=NEW, bytes=10, sha256="0" * 64)
    return m.AgentResult(**{**given, "pack": pack, **changes})


def value(of):
    return {"value": wire.dump(of)}


def good_replies(of):
    """The result of every activity in a successful run."""
    pushed = m.PushedBranch(
        branch="autocoder/7-crash-abcdef", commit=NEW, files=(m.FileChange(path="a", kind="added"),)
    )
    return {
        "add_to_pull_request": [value(m.PullRequest(id=3, url="https://x/3"))],
        "build_prompt": [value(plan(of))],
        "check_requester": [value(None)],
        "claim_slot": [value(m.Slot(granted=True))],
        "create_container_group": [value(None)],
        "create_pull_request": [value(m.PullRequest(id=3, url="https://x/3"))],
        "delete_container_group": [value(None)],
        "fetch_work_item": [value(plan(of).work_item)],
        "finish_run": [value(None)],
        "get_container_group": [value(m.GroupVerdict(state="working"))],
        "push_branch": [value(pushed)],
        "read_agent_result": [value(result(of))],
        "read_repository": [value(repository())],
        "report_phase": [value(None)],
        "report_run": [value(None)],
    }


@dataclass
class Flow:
    """One run of the real orchestration over scripted activities."""

    host: Host
    script: Path
    run: m.Run

    def start(self, **replies):
        return self.begin("run_agent", self.run, **replies)

    def begin(self, orchestration, value, **replies):
        """Start *orchestration* with *value*; activities return the *replies*, or else successful results."""
        folder = self.script / self.run.id
        folder.mkdir()
        for name, said in {**good_replies(self.run), **replies}.items():
            (folder / f"{name}.json").write_text(json.dumps(said))
        path = f"/orchestrators/{orchestration}/{self.run.id}"
        answer = self.host.hub("POST", path, json=json.dumps(wire.dump(value)))
        assert answer.status_code == 202, answer.text
        return self

    @property
    def calls(self):
        file = self.script / f"{self.run.id}.calls"
        lines = file.read_text().splitlines() if file.exists() else []
        return [json.loads(line) for line in lines]

    @property
    def names(self):
        return [call["name"] for call in self.calls]

    def called(self, name, times=1):
        self.host.until(
            lambda: self.names.count(name) >= times, f"{name} is called {times} times: {self.names}"
        )
        return self

    def finished(self):
        self.host.send(self.run.id, "finished", {})
        return self

    def report(self):
        ended = self.host.ended(self.run.id)
        assert ended["runtimeStatus"] == "Completed", ended
        return wire.load(m.RunReport, ended["output"])


@pytest.fixture(scope="session")
def stage(tmp_path_factory):
    """A host over the scripted app, shared by all tests of the orchestrations."""
    state = tmp_path_factory.mktemp("orchestrations")
    script = state / "script"
    script.mkdir()
    host = Host(state / "host", APP, {"SCRIPT": str(script)}).start()
    yield host, script
    host.kill()


@pytest.fixture
def flow(stage):
    """Make a run that is ready to start."""
    return lambda **changes: Flow(*stage, run(**changes))
