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


ECHO = {"echo": True}  # the reply is the input
FINISHED = value(m.Concluded(is_deleted=True, is_finished=True))
LEFT = value(m.Concluded())  # nothing of a run's end could be done at once


def begin(of):
    return value(m.Observation(next="begin", run=of))


def launch(of):
    return value(m.Observation(next="launch", run=of, plan=plan(of)))


def watch(of, seconds=0.01):
    return value(m.Observation(next="watch", seconds=seconds, run=of))


def publish(of, **changes):
    return value(m.Observation(next="publish", run=of, plan=plan(of), result=result(of, **changes)))


def pushed(*, pull_request=None):
    """The reply to a push; without a pull request, that is still to be opened."""
    branch = m.PushedBranch(
        branch="autocoder/7-crash-abcdef", commit=NEW, files=(m.FileChange(path="a", kind="added"),)
    )
    return value(m.Published(pushed=branch, pull_request=pull_request))


def conclude(of, outcome="failed", reason="because"):
    report = m.RunReport(run=of, outcome=outcome, reason=reason)
    return value(m.Observation(next="conclude", run=of, report=report))


def good_replies(of):
    """The replies of every activity in a successful run; the result is there at the second look."""
    opened = m.PullRequest(id=3, url="https://x/3")
    return {
        "add_to_pull_request": [value(opened)],
        "conclude_run": [FINISHED],
        "create_container_group": [value(None)],
        "create_pull_request": [value(opened)],
        "delete_container_group": [value(None)],
        "finish_run": [value(None)],
        "observe_run": [begin(of), publish(of)],
        "prepare_run": [launch(of)],
        "publish_change": [pushed(pull_request=opened)],
        "report_run": [ECHO],
        "suspend_run": [value(None)],
    }


@dataclass
class Flow:
    """One run of the real orchestration over scripted activities."""

    host: Host
    script: Path
    run: m.Run

    def start(self, **replies):
        """Start the orchestration; activities return the *replies*, or else those of a successful run."""
        self.folder.mkdir(exist_ok=True)
        self.replies(**{**good_replies(self.run), **replies})
        assert self.begin().status_code == 202
        return self

    def begin(self):
        """Ask for the orchestration of the run, which may have one already; return the hub's response."""
        path = f"/orchestrators/run_agent/{self.run.id}"
        return self.host.hub("POST", path, json=json.dumps(self.run.id))

    def replies(self, **replies):
        """From now on, let these activities say *replies*, of which the last is repeated."""
        for name, said in replies.items():
            (self.folder / f"{name}.json").write_text(json.dumps(said))

    @property
    def folder(self):
        return self.script / self.run.id

    def hold(self, name):
        """Keep activity *name* from answering until it is let go."""
        self.folder.mkdir(exist_ok=True)
        (self.folder / f"{name}.held").touch()
        return self

    def let_go(self, name):
        (self.folder / f"{name}.held").unlink()
        return self

    def hint(self):
        assert self.host.send(self.run.id, "look", {}).status_code == 202
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

    def given(self, name):
        """The inputs with which activity *name* was called."""
        return [call["payload"] for call in self.calls if call["name"] == name]

    def over(self):
        """Wait until the orchestration has ended as it should."""
        ended = self.host.ended(self.run.id)
        assert ended["runtimeStatus"] == "Completed", ended["output"]
        return self

    def report(self):
        """Return the report with which the run was finished."""
        told = self.over().given("finish_run") or [one["report"] for one in self.given("conclude_run")]
        return wire.load(m.RunReport, *told)


@pytest.fixture(scope="session")
def stage(tmp_path_factory):
    """A host over the scripted app, shared by all tests of the orchestrations."""
    state = tmp_path_factory.mktemp("orchestrations")
    script = state / "script"
    script.mkdir()
    host = Host(state / "host", APP, {"SCRIPT": str(script), "PYTHON_THREADPOOL_THREAD_COUNT": "20"}).start()
    yield host, script
    host.kill()


@pytest.fixture
def flow(stage):
    """Make a run that is ready to start."""
    return lambda **changes: Flow(*stage, run(**changes))
