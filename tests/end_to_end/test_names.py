"""Runs with branches, a repository and a project whose names are not plain ASCII words."""

import html
import subprocess

import httpx
import pytest

from emulators.platform.app_settings import ORGANIZATION
from emulators.ports import AZURE_DEVOPS
from tests.end_to_end.conftest import WRITE, a_repository

BRANCH, SOURCE, REPOSITORY, PROJECT = "feature/größe", "release/(v2)", "tidy (v2)", "R&D 100% it's"


@pytest.fixture(scope="module")
def project(quick, tmp_path_factory):
    """A project with a repository that has the branches BRANCH and SOURCE; SOURCE has a file of its own."""
    folder = a_repository(tmp_path_factory.mktemp("project"), {})
    git(folder, "branch", BRANCH)
    git(folder, "checkout", "-q", "-b", SOURCE)
    git(folder, "commit", "-q", "--allow-empty", "-m", "Only on the source branch")
    git(folder, "checkout", "-q", "main")
    with quick.client(AZURE_DEVOPS) as control:
        top = f"/_control/organizations/{ORGANIZATION}/projects"
        control.post(top, json={"name": PROJECT}).raise_for_status()
        path = f"{top}/{httpx.URL(path='/' + PROJECT).raw_path.decode()[1:]}/repositories"
        control.post(path, json={"name": REPOSITORY, "path": str(folder)}).raise_for_status()
    return folder


def git(folder, *words):
    who = ["-c", "user.name=Sample", "-c", "user.email=sample@noreply.invalid"]
    done = subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def finished(quick, **fields):
    """Run a work item of PROJECT to its end; returns the run, its pull request and its comment."""
    text = f"<div>QUICK {WRITE}</div>"
    given = {"System.Title": "Say hello", "System.Description": text}
    item = quick.person.create_work_item(PROJECT, "User Story", given)
    answer = quick.post_run(
        {"workItemId": item["id"], "project": PROJECT, "repository": REPOSITORY, **fields}
    )
    assert answer.status_code == 202, answer.text
    run = quick.finished(answer.json()["id"])
    assert run["status"] == "completed", run
    (comment,) = quick.person.comments(PROJECT, item["id"])
    return (
        run,
        quick.person.pull_request(PROJECT, REPOSITORY, run["pullRequestId"]),
        html.unescape(comment["text"]),
    )


def test_a_run_in_a_project_and_a_repository_with_special_names(quick, project):
    run, pull_request, comment = finished(quick)
    assert pull_request["targetRefName"] == "refs/heads/main"
    assert run["pullRequestUrl"] in comment
    assert run["pullRequestUrl"].endswith(
        f"/R%26D%20100%25%20it%27s/_git/tidy%20%28v2%29/pullrequest/{run['pullRequestId']}"
    )
    assert "Starts from" not in pull_request["description"]
    listed = quick.app.runs(project=PROJECT, repository=REPOSITORY)
    assert run["id"] in [one["id"] for one in listed]
    for page in (run["pullRequestUrl"], run["pullRequestUrl"].rsplit("/", 2)[0]):
        answer = httpx.get(page, trust_env=False)
        assert answer.status_code == 200, page
        assert html.escape(REPOSITORY) in answer.text


def test_a_pull_request_into_a_branch_that_is_not_ascii(quick, project):
    run, pull_request, _ = finished(quick, targetBranch=BRANCH)
    assert pull_request["targetRefName"] == f"refs/heads/{BRANCH}"
    page = run["pullRequestUrl"].rsplit("/", 2)[0]
    assert BRANCH in httpx.get(page, params={"version": f"GB{BRANCH}"}, trust_env=False).text


def test_a_run_that_starts_from_another_branch_than_its_target(quick, project):
    run, pull_request, _ = finished(quick, targetBranch=BRANCH, baseBranch=SOURCE)
    assert pull_request["targetRefName"] == f"refs/heads/{BRANCH}"
    assert pull_request["title"].startswith(f"Say hello (from {SOURCE})")
    start = git(project, "rev-parse", SOURCE)
    assert f"Starts from `{SOURCE}` at `{start[:12]}`, not from `{BRANCH}`" in pull_request["description"]
    assert run["branch"].isascii()


def test_a_source_branch_that_does_not_exist_is_named(quick, project):
    answer = quick.post_run(
        {"userPrompt": "Say hello", "project": PROJECT, "repository": REPOSITORY, "baseBranch": "größe"}
    )
    run = quick.finished(answer.json()["id"])
    assert (run["status"], run["reason"]) == ("failed", "Repository `tidy (v2)` has no branch `größe`.")
