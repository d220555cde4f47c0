"""`make demo SCENARIO=pipeline`: a pipeline runs the built task, from a work item to a pull request."""

import re
import subprocess
import sys

import pytest

from emulators.platform import demo, extension_pages, pipelines_task, scenario
from emulators.platform.app_settings import PROJECT
from emulators.platform.clients.app import keys
from emulators.platform.processes import ROOT, PlatformError
from emulators.platform.scenarios import pipeline
from tests.needs import need

SECONDS = 280
COMMAND = [sys.executable, "-m", "emulators.platform.demo", "--agent", "claude"]


def demo_of(state, *arguments):
    command = [*COMMAND, "--state", str(state), *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS)


@pytest.mark.slow
@pytest.mark.timeout(SECONDS + 20)
def test_the_scenario_shows_the_tasks_log_and_ends_with_the_pull_request(tmp_path):
    need(extension_pages.missing())
    done = demo_of(tmp_path / "a state", "--scenario", "pipeline")
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^pipeline run  http://\S+/_build/results\?buildId=1$", done.stdout, re.M)
    assert re.search(r"^  Following run \w+\.$", done.stdout, re.M)
    assert re.search(r"^  \| .* tool ", done.stdout, re.M)
    assert "== The pipeline's run: succeeded" in done.stdout
    assert re.search(r"- Pull request: \[!1\]\(http://\S+/pullrequest/1\)", done.stdout)
    assert "The pull request is there, linked both ways, and reported." in done.stdout
    folder = tmp_path / "a state" / "azure_devops" / "pipelines"
    assert sorted(path.name for path in folder.iterdir()) == ["runs", "work"]
    assert list((folder / "work").iterdir()) == []


def test_an_unknown_scenario_names_the_known_ones(tmp_path):
    done = demo_of(tmp_path, "--scenario", "nothing")
    assert done.returncode == 1
    assert done.stderr == f"There is no scenario 'nothing'. Scenarios are: {', '.join(scenario.names())}.\n"
    assert "pipeline" in scenario.names()


def test_every_scenario_has_what_the_demo_calls():
    for name in scenario.names():
        found = scenario.find(name)
        assert callable(found.prepare)
        assert callable(found.show)


def test_a_missing_node_and_missing_packages_say_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(extension_pages, "BUNDLER", tmp_path / "nothing")
    with pytest.raises(PlatformError, match="npm ci --prefix extension"):
        pipelines_task.ensure_built()
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PlatformError, match="Node 20 or newer is not installed: install it"):
        pipelines_task.ensure_built()


def test_a_real_model_in_a_sandbox_gets_no_pipeline(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("ANTHROPIC_API_KEY", "a key")
    monkeypatch.setattr("emulators.platform.plan.shutil.which", lambda _: "/usr/bin/bwrap")
    arguments = ["--agent", "claude", "--model", "real", "--scenario", "pipeline", "--state", str(tmp_path)]
    assert demo.main(arguments) == 1
    assert "UNSAFE=1" in capsys.readouterr().err


@pytest.fixture
def started(quick):
    """Start the sample's pipeline for a work item; returns the id of the pipeline's run."""
    need(extension_pages.missing())
    pipelines_task.ensure_built()
    made = pipeline.create_pipeline(quick.emulators, quick.sample)

    def start(item, **parameters):
        body = {"templateParameters": {"workItemId": str(item), **parameters}}
        path = f"{PROJECT}/_apis/pipelines/{made['id']}/runs"
        return quick.person.ask("POST", path, json=body)["id"]

    return start


def build_of(quick, run):
    return quick.person.ask("GET", f"{PROJECT}/_apis/build/builds/{run}")


def build_log(quick, run):
    """The artifact that the last step of the template publishes."""
    artifacts = quick.state / "azure_devops" / "pipelines" / "runs" / str(run) / "artifacts"
    return artifacts / "autocoder-log-1" / "autocoder.log"


def ended(quick, run):
    """The result of a pipeline's run when it has ended, and the lines of its task's log."""
    lines = list(pipeline.follow(quick.person, run, 90))
    return build_of(quick, run)["result"], "\n".join(lines)


@pytest.mark.slow
def test_a_cancelled_pipeline_cancels_the_run_in_the_app(case, started, quick):
    asked = case("sleep 60", "write notes.txt Hello")
    run = started(asked.item["id"])
    asked.run_id = quick.run_of(asked.item["id"])
    asked.reached("running")
    quick.person.ask("PATCH", f"{PROJECT}/_apis/build/builds/{run}", json={"status": "cancelling"})
    result, log = ended(quick, run)
    assert result == "canceled"
    assert f"Run {asked.run_id} is being cancelled." in log
    asked.published_nothing("cancelled")


@pytest.mark.slow
def test_what_the_agent_says_gives_no_command_to_the_pipeline(case, started, quick):
    asked = case("write notes.txt Hello", "say ##vso[task.complete result=Failed;]no")
    result, log = ended(quick, started(asked.item["id"]))
    assert result == "succeeded"
    assert "vso[task.complete result=Failed;]no" in log, log
    assert keys(quick.plan)["host"]["default"] not in log


@pytest.mark.slow
def test_the_log_of_the_run_is_kept_and_a_failed_run_fails_the_pipeline(case, started, quick):
    run = started(case("fail 3").item["id"])
    assert ended(quick, run)[0] == "failed"
    records = quick.person.ask("GET", f"{PROJECT}/_apis/build/builds/{run}/timeline")["records"]
    assert [one["result"] for one in records if one["type"] == "Task"] == ["succeeded", "failed", "succeeded"]
    assert build_log(quick, run).exists()
