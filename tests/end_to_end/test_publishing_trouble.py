"""Branches and pull requests that another person creates first, and pushes that the server refuses."""

import subprocess
from dataclasses import replace

import pytest

from autocoder.ids import branch_name
from emulators import identities
from emulators.platform.app_settings import ORGANIZATION, PROJECT, REPOSITORY
from emulators.ports import AZURE_DEVOPS

GIT_REPOSITORIES = f"{PROJECT}/_apis/git/repositories/{REPOSITORY}"
ZERO = "0" * 40
CREATE_BRANCH = 16  # https://learn.microsoft.com/azure/devops/organizations/security/namespace-reference


def branch_of(case):
    """The branch that the run of *case* will push."""
    return branch_name("autocoder/", case.item["id"], case.item["fields"]["System.Title"], case.run_id)


def refs(platform, branch):
    found = platform.person.ask("GET", f"{GIT_REPOSITORIES}/refs", params={"filter": f"heads/{branch}"})
    return {one["name"]: one["objectId"] for one in found["value"]}


def create_branch(platform, branch):
    """Let a person create *branch* at the tip of main."""
    (base,) = refs(platform, "main").values()
    update = [{"name": f"refs/heads/{branch}", "oldObjectId": ZERO, "newObjectId": base}]
    platform.person.ask("POST", f"{GIT_REPOSITORIES}/refs", json=update)


def push_file(platform, branch, name, folder):
    """Let a person push a commit with one new file to *branch*; returns the commit."""
    git, tree = platform.sample.git, folder / "theirs"

    def run(*words):
        done = subprocess.run(["git", *words], env=git._environment, check=True, stdout=subprocess.PIPE)
        return done.stdout.decode().strip()

    run("clone", "-q", "--branch", branch, git.remote, str(tree))
    (tree / name).write_text("Mine\n")
    run("-C", str(tree), "add", name)
    run("-C", str(tree), "commit", "-q", "-m", "Mine")
    run("-C", str(tree), "push", "-q", "origin", branch)
    return run("-C", str(tree), "rev-parse", "HEAD")


def open_pull_request(platform, branch):
    body = {"sourceRefName": f"refs/heads/{branch}", "targetRefName": "refs/heads/main", "title": "Mine"}
    return platform.person.ask("POST", f"{GIT_REPOSITORIES}/pullrequests", json=body)["pullRequestId"]


def test_a_branch_that_a_person_moved_is_left_alone(case, quick, tmp_path):
    overtaken = case("write notes.txt Hello", "sleep 1").start()
    branch = branch_of(overtaken)
    create_branch(quick, branch)
    theirs = push_file(quick, branch, "mine.txt", tmp_path)
    overtaken.published_nothing("branch_moved")
    assert refs(quick, branch) == {f"refs/heads/{branch}": theirs}


def test_an_existing_branch_that_has_not_moved_is_used(case, quick):
    expected = case("write notes.txt Hello", "sleep 1").start()
    create_branch(quick, branch_of(expected))
    expected.published_once()


def test_a_pull_request_that_is_there_is_adopted(case, quick):
    expected = case("write notes.txt Hello", "sleep 1").start()
    create_branch(quick, branch_of(expected))
    number = open_pull_request(quick, branch_of(expected))
    assert expected.published_once()["pullRequestId"] == number


def test_a_target_branch_that_moves_during_the_run_does_not_stop_it(case, quick, tmp_path):
    create_branch(quick, "release/1")
    moving = case("write notes.txt Hello", "sleep 1", targetBranch="release/1").start()
    moving.reached("provisioning")
    push_file(quick, "release/1", "theirs.txt", tmp_path)
    moving.published_once()


@pytest.fixture
def switches(quick):
    """Set limits of the Git server; the defaults are restored afterwards."""
    with quick.client(AZURE_DEVOPS) as control:
        before = control.get("/_control/switches").json()
        yield lambda **values: control.post("/_control/switches", json=values).raise_for_status()
        control.post("/_control/switches", json={"largestFileBytes": before["largestFileBytes"]})


def test_a_push_that_the_server_rejects_is_reported_in_its_words(case, switches):
    switches(largestFileBytes=3)
    run = case("write notes.txt Hello").start().published_nothing("failed")
    assert "VS403658" in run["reason"]


def test_a_push_that_the_app_may_not_make_is_reported(case, quick, new_repository):
    token = f"repoV2/{quick.sample.project_id}/{new_repository('closed')}"
    denied = {"identity": identities.APP.client_id, "token": token, "deny": CREATE_BRANCH}
    with quick.client(AZURE_DEVOPS) as control:
        control.post("/_control/permissions", json=denied).raise_for_status()
    run = case(repository="closed").start().published_nothing("failed")
    assert "CreateBranch" in run["reason"]


def test_a_branch_that_a_policy_protects_is_not_pushed_to(case, quick):
    guarded = case("write notes.txt Hello", "sleep 1").start()
    branch = branch_of(guarded)
    create_branch(quick, branch)
    repository = quick.person.ask("GET", GIT_REPOSITORIES)
    policy = {
        "isEnabled": True,
        "isBlocking": True,
        "type": {"id": "fa4e907d-c16b-4a4c-9dfa-4906e5d171dd"},  # minimum number of reviewers
        "settings": {
            "minimumApproverCount": 1,
            "creatorVoteCounts": False,
            "scope": [
                {"repositoryId": repository["id"], "refName": f"refs/heads/{branch}", "matchKind": "Exact"}
            ],
        },
    }
    with quick.client(AZURE_DEVOPS) as control:
        path = f"/_control/organizations/{ORGANIZATION}/projects/{PROJECT}/policies"
        control.post(path, json=policy).raise_for_status()
    run = guarded.published_nothing("failed")
    assert "TF402455" in run["reason"]


def test_a_retry_publishes_what_was_paid_for_and_could_not_be_published(case, quick):
    pushes = "/git-receive-pack"
    quick.fault(AZURE_DEVOPS, method="POST", path=pushes, status=403, times=1_000)
    failed = case("tell begun", "write notes.txt hello").start()
    failed.published_nothing("failed")
    quick.forget_faults()
    answer = quick.app.http.post(f"/api/runs/{failed.run_id}/retry")
    assert answer.status_code == 202, answer.text
    again = replace(failed, run_id=answer.json()["id"])
    run = again.ended()
    assert run["pullRequestId"] == again.pull_requests[0]["pullRequestId"]
    assert "provisioning" not in run["phases"]  # no agent was started, or paid
    assert run["agentType"] == "quick"
