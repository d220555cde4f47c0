"""A result and a pack that our supervisor would never upload: the app checks both again and refuses them.

Each is uploaded in the place of the supervisor's, as if the runner itself had been taken over.
"""

import hashlib
import json
import subprocess

import httpx
import pytest
from azure.storage.blob import ContainerClient

from autocoder.runs.callback import callback_token
from emulators import azurite
from emulators.platform.app_settings import REPOSITORY
from emulators.ports import FUNCTIONS_HOST
from tests.autocoder.changes.packs import Repo
from tests.containers.blobs import KEY
from tests.hostile.evidence import bare_repository

WAIT = 'until [ -e "$here.go" ]; do sleep 0.05; done'


@pytest.fixture
def checkout(hostile, tmp_path):
    """A clone of the sample, in which a test commits the change to publish."""
    subprocess.run(
        ["git", "clone", "-q", bare_repository(hostile, REPOSITORY), tmp_path / "clone"], check=True
    )
    repo = Repo.__new__(Repo)
    repo.folder = tmp_path / "clone"
    repo.base = repo.git("rev-parse", "HEAD").decode().strip()
    return repo


@pytest.fixture
def forge(hostile, attack):
    """Start a run, replace its supervisor's pack and result, and return the finished run."""

    def forge(repo, commit, pack=None, **told):
        forged = attack(WAIT).start()
        forged.reached("running")
        pack = repo.pack(commit) if pack is None else pack
        described = {"commit": commit, "bytes": len(pack), "sha256": hashlib.sha256(pack).hexdigest()}
        result = {
            "runId": forged.run_id,
            "baseCommit": repo.base,
            "outcome": "changed",
            "pack": described,
            **told,
        }
        upload(hostile, forged.run_id, {"changes.pack": pack, "result.json": json.dumps(result).encode()})
        call_back(hostile, forged.run_id)
        return forged

    return forge


def upload(platform, run_id, files):
    bundle = platform.plan.trust()["SSL_CERT_FILE"]
    url = azurite.blob_url(platform.plan.base_port)
    with ContainerClient(url, "runs", credential=KEY, connection_verify=bundle) as runs:
        for name, content in files.items():
            runs.upload_blob(f"{run_id}/1/{name}", content, overwrite=True)


def call_back(platform, run_id):
    token = callback_token(platform.emulators.passwords.callback_key, run_id)
    url = f"{platform.url(FUNCTIONS_HOST)}/api/runs/{run_id}/callback"
    answer = httpx.post(url, json={}, headers={"Authorization": f"Bearer {token}"}, trust_env=False)
    assert answer.status_code == 202


def test_changes_that_the_supervisor_should_have_withheld_are_refused(forge, checkout):
    commit = checkout.commit({"azure-pipelines.yml": b"steps: []\n", "fine.txt": b"fine\n"})
    run = forge(checkout, commit).published_nothing("refused")
    assert "azure-pipelines.yml: protected path" in run["reason"]


def test_a_protected_path_with_content_that_the_repository_has_is_refused(forge, checkout):
    checkout.git("mv", "README.md", "AGENTS.md")
    run = forge(checkout, checkout.commit()).published_nothing("refused")
    assert "AGENTS.md: protected path" in run["reason"]


def test_a_secret_in_the_commits_message_is_refused(hostile, forge, checkout):
    secret = hostile.emulators.passwords.callback_key
    run = forge(checkout, checkout.commit({"fine.txt": b"fine\n"}, message=secret)).published_nothing(
        "refused"
    )
    assert "the commit message, line" in run["reason"]
    assert secret not in run["reason"]


def test_a_token_in_a_file_is_refused_by_its_form(forge, checkout):
    token = b"ghp_" + b"4kQ9zX2mB7vL1cN8" * 2 + b"abcd"
    run = forge(checkout, checkout.commit({"fine.txt": b"first\n" + token + b"\n"})).published_nothing(
        "refused"
    )
    assert "fine.txt, line 2: looks like a secret" in run["reason"]
    assert token.decode() not in run["reason"]


def test_a_commit_that_does_not_stand_on_the_base_is_refused(forge, checkout):
    checkout.commit({"first.txt": b"first\n"})
    run = forge(checkout, checkout.commit({"second.txt": b"second\n"})).published_nothing("failed")
    assert "parent of the commit in the pack is not the commit that the run started from" in run["reason"]


def test_objects_that_the_commit_does_not_use_are_refused(forge, checkout):
    stray = checkout.git("hash-object", "-w", "--stdin", data=b"stray").decode().strip()
    commit = checkout.commit({"fine.txt": b"fine\n"})
    run = forge(checkout, commit, checkout.pack(commit, extra=(stray,))).published_nothing("failed")
    assert "objects that the commit does not use" in run["reason"]


@pytest.mark.parametrize("told", [{"runId": "0" * 20}, {"baseCommit": "1" * 40}])
def test_the_result_of_another_run_is_refused(forge, checkout, told):
    run = forge(checkout, checkout.commit({"fine.txt": b"fine\n"}), **told).published_nothing("refused")
    assert "belongs to another run" in run["reason"]


def test_a_branch_that_another_person_moved_is_left_unchanged(hostile, attack, checkout):
    attacked = attack(f"{WAIT}; echo fine >fine.txt").start()
    branch = attacked.reached("running")["branch"]
    theirs = checkout.commit({"theirs.txt": b"theirs\n"})
    hostile.sample.git._git(
        checkout.folder, "push", "-q", hostile.sample.git.remote, f"HEAD:refs/heads/{branch}"
    )
    attacked.tell("go", "")
    attacked.published_nothing("branch_moved")
    found = hostile.person.ask("GET", "Fabrikam/_apis/git/repositories/tidy-names/refs")["value"]
    assert [one["objectId"] for one in found if one["name"] == f"refs/heads/{branch}"] == [theirs]
