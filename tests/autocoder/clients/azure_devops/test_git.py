import os

import pytest

from autocoder.changes.pack import open_pack
from autocoder.clients.azure_devops.pull_requests import (
    BRANCH_NOT_SEEN_YET,
    AlreadyOpen,
    Created,
    PullRequestDraft,
    PullRequests,
)
from autocoder.clients.azure_devops.push import PAUSES_SECONDS, push
from autocoder.clients.azure_devops.push_outcomes import AlreadyPushed, BranchMoved, Push, Pushed, Rejected
from autocoder.errors import InvalidArgument, NotFound, SignInRequired, TooLarge, Transient
from tests.autocoder.clients.azure_devops.conftest import FILES, ORGANIZATION, PROJECT

BRANCH = "autocoder/1-fix-abc123"


def pushed(devops, hosted, commit, *, parent=None, branch=BRANCH, data=None, **changes):
    """The outcome of pushing *commit* as the app does."""
    connected, client = devops.connect()
    record = client.git.get_repository(PROJECT, hosted.name)
    with open_pack(data or hosted.local.pack(commit)) as pack:
        return push(
            Push(record.clone_url, branch, commit, parent or hosted.base),
            pack,
            pool=connected.git_pool(),
            authorization=changes.get("authorization") or connected.authorization(ORGANIZATION),
            read_branch=changes.get("read_branch")
            or (lambda: client.git.resolve_branch(PROJECT, hosted.name, branch)),
            pause=changes.get("pause") or (lambda seconds: None),
        )


def test_reads_a_repository_and_its_branch(client, hosted):
    found = client.git.get_repository(PROJECT, hosted.name)
    assert (found.id, found.project, found.default_branch) == (hosted.id, PROJECT, "main")
    assert client.git.resolve_branch(PROJECT, hosted.id, "main") == hosted.base
    assert client.git.resolve_branch(PROJECT, hosted.id, "mai") is None
    assert client.git.resolve_branch(PROJECT, hosted.id, "nothing") is None
    with pytest.raises(NotFound):
        client.git.get_repository(PROJECT, "nothing")


def test_reads_files_at_a_commit(client, hosted):
    git = client.git
    assert (
        git.read_file(PROJECT, hosted.id, ".azuredevops/autocoder.yml", hosted.base)
        == FILES[".azuredevops/autocoder.yml"]
    )
    assert git.read_file(PROJECT, hosted.id, "nothing.txt", hosted.base) is None
    with pytest.raises(TooLarge):
        git.read_file(PROJECT, hosted.id, "big.bin", hosted.base, limit=4999)
    assert git.list_files(PROJECT, hosted.id, ".azuredevops", hosted.base) == (".azuredevops/autocoder.yml",)
    assert git.list_files(PROJECT, hosted.id, "nothing", hosted.base) == ()
    assert ".azuredevops" in git.list_folder(PROJECT, hosted.id, "", hosted.base)
    assert git.list_folder(PROJECT, hosted.id, ".azuredevops", hosted.base) == (".azuredevops/autocoder.yml",)


def test_pushes_a_commit_once_and_reports_a_repeat(devops, client, hosted):
    commit = hosted.local.commit({"new.txt": b"new\n", "src/app.py": b"print(2)\n", "README.md": None})
    assert pushed(devops, hosted, commit) == Pushed()
    assert client.git.resolve_branch(PROJECT, hosted.id, BRANCH) == commit
    assert client.git.read_file(PROJECT, hosted.id, "new.txt", commit) == b"new\n"
    assert pushed(devops, hosted, commit) == AlreadyPushed()


def test_moves_a_branch_that_points_to_the_parent(devops, hosted):
    first = hosted.local.commit({"a.txt": b"1\n"})
    assert pushed(devops, hosted, first) == Pushed()
    base, hosted.local.base = hosted.base, first
    second = hosted.local.commit({"a.txt": b"2\n"})
    assert pushed(devops, hosted, second, parent=first) == Pushed()
    hosted.local.base = base


def test_does_not_change_a_branch_that_moved(devops, client, hosted):
    first = hosted.local.commit({"a.txt": b"1\n"})
    assert pushed(devops, hosted, first) == Pushed()
    hosted.local.git("reset", "-q", "--hard", hosted.base)
    other = hosted.local.commit({"b.txt": b"2\n"})
    assert pushed(devops, hosted, other) == BranchMoved(first)
    assert client.git.resolve_branch(PROJECT, hosted.id, BRANCH) == first


def test_pushes_modes_links_and_deltas_as_they_are(devops, client, hosted):
    (hosted.local.folder / "run.sh").write_bytes(b"#!/bin/sh\n")
    (hosted.local.folder / "run.sh").chmod(0o755)
    (hosted.local.folder / "link").symlink_to("README.md")
    noise = os.urandom(20_000)
    commit = hosted.local.commit({"one.bin": noise, "two.bin": noise + b"x"})
    assert pushed(devops, hosted, commit) == Pushed()
    assert client.git.read_file(PROJECT, hosted.id, "two.bin", commit) == noise + b"x"


@pytest.mark.slow
def test_pushes_a_pack_of_fifty_megabytes(devops, client, hosted):
    commit = hosted.local.commit({f"{number}.bin": os.urandom(9_000_000) for number in range(6)})
    assert pushed(devops, hosted, commit) == Pushed()


def test_gives_the_servers_reason_for_a_file_that_is_too_large(devops, client, hosted):
    devops.control("switches", {"largestFileBytes": 1000})
    try:
        outcome = pushed(devops, hosted, hosted.local.commit({"large.bin": os.urandom(5000)}))
    finally:
        devops.control("switches", {"largestFileBytes": 100_000_000})
    assert isinstance(outcome, Rejected)
    assert "VS403658" in outcome.reason
    assert client.git.resolve_branch(PROJECT, hosted.id, BRANCH) is None


def test_gives_the_servers_reason_for_a_protected_branch(devops, hosted):
    protect(devops, hosted, "main")
    outcome = pushed(devops, hosted, hosted.local.commit({"a.txt": b"a"}), branch="main")
    assert isinstance(outcome, Rejected)
    assert "TF402455" in outcome.reason


def protect(devops, hosted, branch, kind="0609b952-1397-4640-95ec-e00a01b2c241"):
    scope = [{"repositoryId": hosted.id, "refName": f"refs/heads/{branch}", "matchKind": "exact"}]
    settings = {"buildDefinitionId": 1, "displayName": "build", "scope": scope}
    body = {"isEnabled": True, "isBlocking": True, "type": {"id": kind}, "settings": settings}
    devops.control(f"organizations/{ORGANIZATION}/projects/{PROJECT}/policies", body)


@pytest.mark.parametrize("branch", ["feature/größe", "release/(v2)", "it's&more", "v1=a", "fix/#12", "100%"])
def test_a_branch_of_any_name_is_pushed_to_read_and_looked_up_in_policies(devops, client, hosted, branch):
    commit = hosted.local.commit({"a.txt": b"a"})
    assert pushed(devops, hosted, commit, branch=branch) == Pushed()
    assert client.git.resolve_branch(PROJECT, hosted.id, branch) == commit
    assert client.git.resolve_branch(PROJECT, hosted.id, f"{branch}x") is None
    protect(devops, hosted, branch)
    assert client.git.has_build_policy(PROJECT, hosted.id, branch)
    assert not client.git.has_build_policy(PROJECT, hosted.id, "main")


def test_knows_which_branch_a_build_validates(devops, client, hosted):
    assert not client.git.has_build_policy(PROJECT, hosted.id, "main")
    protect(devops, hosted, "main")
    assert client.git.has_build_policy(PROJECT, hosted.id, "main")
    assert not client.git.has_build_policy(PROJECT, hosted.id, "other")


def test_a_lost_answer_is_looked_up_on_the_server(devops, client, hosted):
    commit = hosted.local.commit({"a.txt": b"a"})
    devops.fault(method="POST", path=".*/git-receive-pack", times=1, drop=True, after=True)
    assert pushed(devops, hosted, commit) == Pushed()


def reject(devops, reason, times, branch=BRANCH):
    """Answer the next pushes with Git's report that *branch* was rejected."""
    lines = ("unpack ok\n", f"ng refs/heads/{branch} {reason}\n")
    report = "".join(f"{len(line) + 4:04x}{line}" for line in lines) + "0000"
    headers = {"Content-Type": "application/x-git-receive-pack-result"}
    body = f"{len(report) + 5:04x}\x01{report}0000"
    devops.fault(
        method="POST", path=".*/git-receive-pack", times=times, status=200, headers=headers, body=body
    )


@pytest.mark.parametrize("reason", ["missing necessary objects", "failed to update ref", "TF401028: updated"])
def test_a_rejection_that_may_pass_is_tried_again(devops, client, hosted, reason):
    commit, pauses = hosted.local.commit({"a.txt": b"a"}), []
    reject(devops, reason, times=len(PAUSES_SECONDS))
    assert pushed(devops, hosted, commit, pause=pauses.append) == Pushed()
    assert pauses == list(PAUSES_SECONDS)
    assert client.git.resolve_branch(PROJECT, hosted.id, BRANCH) == commit


def test_a_rejection_that_stays_is_the_outcome(devops, hosted):
    reject(devops, "missing necessary objects", times=len(PAUSES_SECONDS) + 1)
    outcome = pushed(devops, hosted, hosted.local.commit({"a.txt": b"a"}))
    assert outcome == Rejected("missing necessary objects")


def test_what_azure_repos_does_not_permit_is_not_tried_again(devops, hosted):
    pauses = []
    reject(devops, "TF401027: You need the permission", times=1)
    outcome = pushed(devops, hosted, hosted.local.commit({"a.txt": b"a"}), pause=pauses.append)
    assert (outcome, pauses) == (Rejected("TF401027: You need the permission"), [])


def test_a_push_that_did_not_arrive_is_transient(devops, hosted):
    commit = hosted.local.commit({"a.txt": b"a"})
    devops.fault(method="POST", path=".*/git-receive-pack", times=1, status=503)
    with pytest.raises(Transient):
        pushed(devops, hosted, commit)
    assert pushed(devops, hosted, commit) == Pushed()


def test_a_bad_credential_is_reported_as_such_and_not_as_a_rejected_push(devops, hosted):
    commit = hosted.local.commit({"a.txt": b"a"})
    with pytest.raises(SignInRequired):
        pushed(devops, hosted, commit, authorization="Bearer nonsense")


@pytest.mark.parametrize(
    "branch", ["", "-x", "a..b", "a b", "../x", "a\nb", "x.lock", "refs/heads/ü", "a/.b", "a~1"]
)
def test_refuses_branches_that_git_does_not_allow(devops, hosted, branch):
    with pytest.raises(InvalidArgument):
        pushed(devops, hosted, hosted.base, branch=branch, data=hosted.local.pack(hosted.base))


@pytest.fixture
def branch(devops, hosted):
    commit = hosted.local.commit({"a.txt": b"a"})
    assert pushed(devops, hosted, commit) == Pushed()
    return commit


def test_opens_one_pull_request_and_links_it(devops, client, hosted, branch):
    number = devops.new_work_item()
    draft = PullRequestDraft(BRANCH, "main", "Fix (#1)", "body", is_draft=True, work_items=(number,))
    first = client.pull_requests.create(PROJECT, hosted.id, draft)
    again = client.pull_requests.create(PROJECT, hosted.id, draft)
    assert isinstance(first, Created)
    assert isinstance(again, AlreadyOpen)
    assert again.pull_request.id == first.pull_request.id
    found = client.pull_requests.get(PROJECT, hosted.id, first.pull_request.id)
    assert (found.status, found.is_draft, found.source, found.target, found.source_commit) == (
        "active",
        True,
        BRANCH,
        "main",
        branch,
    )
    assert client.pull_requests.work_items(PROJECT, hosted.id, found.id) == (number,)


def test_a_link_that_is_refused_does_not_prevent_the_pull_request(devops, client, hosted, branch):
    number = devops.new_work_item()
    draft = PullRequestDraft(BRANCH, "main", "Fix", "body", work_items=(number,))
    refusal = '{"message": "TF401349: the link is refused", "typeKey": "X"}'
    devops.fault(method="POST", path=".*/pullRequests", times=1, status=400, body=refusal)
    made = client.pull_requests.create(PROJECT, hosted.id, draft)
    assert isinstance(made, Created)
    assert client.pull_requests.work_items(PROJECT, hosted.id, made.pull_request.id) == ()


@pytest.mark.parametrize("name", ["rocket \U0001f680", "a,b", "a;b", "zero\u200bwidth", "x" * 401, " "])
def test_a_label_that_is_refused_is_an_invalid_argument(devops, client, hosted, branch, name):
    made = client.pull_requests.create(PROJECT, hosted.id, PullRequestDraft(BRANCH, "main", "Fix", "body"))
    with pytest.raises(InvalidArgument):
        client.pull_requests.add_label(PROJECT, hosted.id, made.pull_request.id, name)


def test_adopts_a_pull_request_that_is_there(client, hosted, branch):
    draft = PullRequestDraft(BRANCH, "main", "Fix", "body")
    made = client.pull_requests.create(PROJECT, hosted.id, draft).pull_request
    found = client.pull_requests.create(PROJECT, hosted.id, draft)
    assert isinstance(found, AlreadyOpen)
    assert found.pull_request.id == made.id


def test_waits_for_a_branch_that_has_not_appeared_yet(devops, client, hosted, branch):
    pauses = []
    pull_requests = PullRequests(client.session, pause=pauses.append)
    body = '{"message": "' + BRANCH_NOT_SEEN_YET + ': The pull request cannot be edited", "typeKey": "X"}'
    devops.fault(method="POST", path=".*/pullRequests", times=2, status=400, body=body)
    assert isinstance(
        pull_requests.create(PROJECT, hosted.id, PullRequestDraft(BRANCH, "main", "Fix", "b")), Created
    )
    assert len(pauses) == 2
    with pytest.raises(Transient):
        pull_requests.create(PROJECT, hosted.id, PullRequestDraft("autocoder/never", "main", "Fix", "b"))


def test_refuses_a_description_that_is_too_long(client, hosted, branch):
    with pytest.raises(InvalidArgument, match="4000"):
        client.pull_requests.create(PROJECT, hosted.id, PullRequestDraft(BRANCH, "main", "Fix", "x" * 4001))


def test_adds_a_thread_and_a_status_to_a_pull_request(devops, client, hosted, branch):
    pulls = client.pull_requests
    made = pulls.create(
        PROJECT, hosted.id, PullRequestDraft(BRANCH, "main", "Fix", "body", is_draft=True)
    ).pull_request
    thread = pulls.add_thread(PROJECT, hosted.id, made.id, "what did not fit: Run abc")
    assert pulls.find_thread(PROJECT, hosted.id, made.id, "Run abc") == thread
    assert pulls.find_thread(PROJECT, hosted.id, made.id, "Run xyz") is None
    pulls.set_status(
        PROJECT, hosted.id, made.id, state="succeeded", name="verify", genre="autocoder", description="2 of 2"
    )
    pulls.add_label(PROJECT, hosted.id, made.id, "more")
    assert pulls.labels(PROJECT, hosted.id, made.id) == ("more",)
    assert not pulls.update(PROJECT, hosted.id, made.id, {"isDraft": False}).is_draft
