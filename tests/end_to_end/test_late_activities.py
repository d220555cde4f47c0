"""An activity that is executed once more after its run has ended changes nothing that people see."""

import json
import os
import subprocess
import sys

import pytest

from emulators.platform.app_settings import PROJECT, REPOSITORY
from emulators.platform.processes import ROOT


def repeat_activities(platform, run_id):
    """Execute the activities of an ended run once more, in a process of their own; returns their answers."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.late_activities", str(platform.plan.settings_file), run_id],
        cwd=platform.plan.app,
        env={**os.environ, **platform.plan.trust(), "PYTHONPATH": f"{platform.plan.app}{os.pathsep}{ROOT}"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def seen(platform, case):
    """What people see of a run: its record, its comments and pull requests, its branch, and containers."""
    run = platform.app.run(case.run_id)
    comments = [comment["text"] for comment in platform.comments(case.item["id"])]
    repository = case.fields.get("repository", REPOSITORY)
    branches = platform.person.ask("GET", f"{PROJECT}/_apis/git/repositories/{repository}/refs")["value"]
    names = [branch["name"] for branch in branches if run["branch"] in branch["name"]]
    return run, comments, case.pull_requests, names, case.group in platform.container_groups()


@pytest.fixture
def ended(case):
    done = case().start()
    done.published_once()
    return done


def test_nothing_changes_when_the_activities_of_an_ended_run_are_repeated(quick, ended):
    before = seen(quick, ended)
    said = repeat_activities(quick, ended.run_id)
    assert seen(quick, ended) == before
    assert "cancelled" in said["prepare_run"]
    assert "cancelled" in said["create_container_group"]
    assert said.pop("started") == "[]"
    assert "next='nothing'" in said["observe_run"]
    activities = {path.stem for path in (ROOT / "activities").glob("*.py")} - {"__init__", "activity"}
    assert said.keys() == activities


def test_a_merged_branch_does_not_come_back(quick, case, new_repository):
    new_repository("merged")
    ended = case(repository="merged").start()
    ended.published_once()
    (pull_request,) = ended.pull_requests
    path = f"{PROJECT}/_apis/git/repositories/merged/pullRequests/{pull_request['pullRequestId']}"
    options = {"deleteSourceBranch": True, "mergeStrategy": "squash"}
    body = {
        "status": "completed",
        "lastMergeSourceCommit": pull_request["lastMergeSourceCommit"],
        "completionOptions": options,
    }
    quick.person.ask("PATCH", path, json=body)
    quick.wait_for(lambda: ended.pull_requests[0]["status"] == "completed", "the merge", 20)
    before = seen(quick, ended)
    assert before[3] == []
    repeat_activities(quick, ended.run_id)
    assert seen(quick, ended) == before


def test_a_place_is_free_again_for_the_next_run(quick, ended, case):
    repeat_activities(quick, ended.run_id)
    again = case().start()
    again.published_once()
