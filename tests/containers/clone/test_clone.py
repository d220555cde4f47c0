import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from runner.clone.fetch import explain
from tests.containers.group import Group
from tests.containers.remote import AUTHORIZATION, FILES, git


def test_fills_the_work_tree_with_the_base_commit(group):
    told = group.clone()
    workspace = group.volumes["workspace"]
    assert told["state"] == "ready"
    assert (told["baseCommit"], told["baseTree"]) == (
        group.remote.head,
        git(group.remote.bare, "rev-parse", "main^{tree}"),
    )
    files = {name: (workspace / name).read_bytes().decode() for name in FILES}
    assert files == FILES
    assert (workspace / "link").readlink() == Path("README.md")
    assert git(workspace, "status", "--porcelain") == ""
    assert git(workspace, "rev-list", "--all").splitlines() == [group.remote.head]
    assert (group.volumes["inputs"] / "images" / "1.png").read_text() == "png"


def test_leaves_no_token_and_no_remote_in_any_file_or_process(group):
    group.clone()
    token = AUTHORIZATION.partition(" ")[2].encode()
    for name in ("workspace", "repository", "inputs"):
        for path in group.volumes[name].rglob("*"):
            if path.is_file():
                assert token not in path.read_bytes(), path
    assert git(group.volumes["workspace"], "remote") == ""
    assert "sig=" not in (group.volumes["inputs"] / "run.json").read_text()


def test_the_agents_copy_shares_no_file_with_the_repository_it_cannot_reach(group):
    group.clone()
    inodes = {path.stat().st_ino for path in group.volumes["repository"].rglob("*") if path.is_file()}
    assert not [path for path in group.volumes["workspace"].rglob("*") if path.lstat().st_ino in inodes]


def test_fetches_one_commit_only(group):
    group.clone()
    repository = group.volumes["repository"] / "git"
    assert git(repository, "rev-list", "--count", "HEAD") == "1"
    assert (repository / "shallow").read_text().strip() == group.remote.head


def test_a_short_outage_does_not_matter(group):
    group.remote.broken = 1
    assert group.clone()["state"] == "ready"


def test_an_outage_is_waited_out_as_long_as_the_app_does(group):
    group.remote.broken = 4
    assert group.clone()["state"] == "ready"


def test_a_sign_in_that_is_refused_for_a_moment_does_not_matter(group):
    group.remote.refused = 4
    assert group.clone()["state"] == "ready"


def test_an_outage_beyond_its_time_is_reported(group):
    group.remote.broken = 1_000
    group.environment["AUTOCODER_CLONE_SECONDS"] = "2"
    told = group.clone()
    group.remote.broken = 0  # the remote serves the other tests, too
    assert told["state"] == "failed"
    assert told["seconds"] < 60


def test_the_base_commit_need_not_be_the_tip(group):
    group.run_file["baseCommit"] = git(group.remote.bare, "rev-parse", "main~1")
    assert group.clone()["state"] == "ready"


def without_commit_ids(group):
    """Make the group's git answer to a fetch of a commit as a server without that ability does."""
    script = group.python_path / "bin" / "git"
    script.parent.mkdir()
    script.write_text(
        "#!/bin/sh\n"
        'case "$*" in *--depth=1\\ *) echo "fatal: remote error: not our ref" >&2; exit 128;; esac\n'
        f'PATH={os.environ["PATH"]} exec git "$@"\n'
    )
    script.chmod(0o755)
    group.environment["PATH"] = f"{script.parent}:{os.environ['PATH']}"


def test_fetches_the_branch_when_the_server_serves_no_commit_ids(group):
    without_commit_ids(group)
    assert group.clone()["state"] == "ready"


@pytest.mark.parametrize("branch", ["feature/größe", "release/(v2)", "it's&more=$(id)"])
def test_fetches_a_branch_of_any_name_when_the_server_serves_no_commit_ids(group, branch):
    git(group.remote.bare, "branch", branch, "main")
    without_commit_ids(group)
    group.target["BASE_BRANCH"] = branch
    assert group.clone()["state"] == "ready"


def test_reports_when_the_base_commit_is_gone(group):
    group.run_file["baseCommit"] = "1" * 40
    told = group.clone()
    assert told["state"] == "failed"
    assert told["reason"].startswith("the base commit is no longer in the repository")


@pytest.mark.parametrize("branch", ["--upload-pack=touch /tmp/x", "a..b", "a b", "../x", "a\nb"])
def test_a_branch_name_is_never_an_option_or_a_path(group, branch):
    group.run_file["baseCommit"] = "1" * 40
    group.target["BASE_BRANCH"] = branch
    assert group.clone()["state"] == "failed"


@pytest.mark.parametrize(
    "url", ["http://example.com/x", "file:///etc", "ssh://host/x", "ext::sh -c id", "--upload-pack=id", ""]
)
def test_only_https_is_cloned(group, url):
    group.target["CLONE_URL"] = url
    told = group.clone()
    assert (told["state"], "https" in told["reason"]) == ("failed", True)


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/../b", ".hidden", "clone.json", "a\nb", "a" * 200, ""])
def test_inputs_have_plain_names_and_stay_in_their_folder(group, name):
    urls = {"run.json": "https://127.0.0.1:9/x", name: "https://127.0.0.1:9/y"}
    told = group.clone(INPUT_URLS=json.dumps(urls))
    assert told["state"] == "failed"
    assert "not a valid name for an input" in told["reason"]


@pytest.mark.parametrize("name", ["../x", "/etc/x", "clone.json", "a\nb"])
def test_texts_in_one_input_have_plain_names_too(group, name):
    told = group.clone(
        INPUT_URLS=json.dumps(texts(group, {"run.json": json.dumps(group.run_file), name: ""}))
    )
    assert told["state"] == "failed"
    assert "not a valid name for an input" in told["reason"]


@pytest.mark.parametrize("content", [[], {"run.json": {}}, "run.json", {"prompt.md": "x"}])
def test_one_input_with_something_else_than_texts_is_refused(group, content):
    told = group.clone(INPUT_URLS=json.dumps(texts(group, content)))
    assert told["state"] == "failed"
    assert "inputs" in told["reason"]


def test_texts_in_one_input_become_files(group):
    content = {"run.json": json.dumps(group.run_file), "prompt.md": "Grüße\r\n", "system.md": ""}
    assert group.clone(INPUT_URLS=json.dumps(texts(group, content)))["state"] == "ready"
    inputs = group.volumes["inputs"]
    assert [(inputs / name).read_bytes() for name in ("prompt.md", "system.md")] == [
        b"Gr\xc3\xbc\xc3\x9fe\r\n",
        b"",
    ]
    assert not (inputs / "inputs.json").exists()


def texts(group, content):
    """The input URLs of a run whose texts are one blob."""
    group.runs.write(f"{group.id}/inputs.json", json.dumps(content))
    return {"inputs.json": group.runs.sas(f"{group.id}/inputs.json", "r")}


def test_says_which_fields_of_the_run_file_are_wrong(group):
    wrong = {**group.run_file, "baseCommit": "not a commit", "setup": 1}
    group.runs.write(f"{group.id}/wrong.json", json.dumps(wrong))
    urls = {"run.json": group.runs.sas(f"{group.id}/wrong.json", "r")}
    told = group.clone(INPUT_URLS=json.dumps(urls))
    assert told["state"] == "failed"
    assert "baseCommit" in told["reason"]
    assert "setup" in told["reason"]


def test_inputs_of_another_commit_are_not_used(group):
    told = group.clone(BASE_COMMIT=git(group.remote.bare, "rev-parse", "main~1"))
    assert (told["state"], told["reason"]) == ("failed", "run.json names another commit than BASE_COMMIT")


@pytest.mark.parametrize("commit", ["--upload-pack=id", "main", "1" * 39, ""])
def test_the_base_commit_is_an_id_and_never_an_option(group, commit):
    told = group.clone(BASE_COMMIT=commit)
    assert (told["state"], told["reason"]) == ("failed", "the base commit is not a full commit id")


def test_reasons_hold_no_secret(group):
    urls = {"run.json": group.runs.sas("none/run.json", "r")}
    told = group.clone(INPUT_URLS=json.dumps(urls))
    assert told["state"] == "failed"
    assert "404" in told["reason"]
    assert "sig=" not in told["reason"]


def test_a_second_start_leaves_everything_as_it_is(group):
    first = group.clone()
    (group.volumes["workspace"] / "new.txt").touch()
    assert group.clone() == first
    assert (group.volumes["workspace"] / "new.txt").exists()


def test_starts_over_after_an_unfinished_attempt(group):
    for name in ("workspace", "repository"):
        (group.volumes[name] / "git" / "left").mkdir(parents=True)
    (group.volumes["workspace"] / "left.txt").touch()
    assert group.clone()["state"] == "ready"
    assert git(group.volumes["workspace"], "status", "--porcelain") == ""


@pytest.mark.skipif(
    os.geteuid() != 0 or not Path("/usr/bin/python3").exists(),
    reason="only root can hand files over, and another user needs a Python that it may read",
)
def test_files_belong_to_the_agents_user(runs, remote):
    with tempfile.TemporaryDirectory() as name:  # where another user can reach it
        folder = Path(name)
        group = Group(folder / "group", runs, remote)
        try:
            shutil.copy(runs.bundle, folder / "bundle.pem")
            group.environment |= {
                "AUTOCODER_AGENT_USER": "1234:1235",
                "SSL_CERT_FILE": str(folder / "bundle.pem"),
            }
            subprocess.run(["chmod", "-R", "a+rX", folder], check=True)
            group.python = "/usr/bin/python3"
            assert group.clone()["state"] == "ready"
            workspace = group.volumes["workspace"]
            handed_over = (group.volumes["exchange"], group.volumes["verification"])
            for path in (workspace, workspace / "src", workspace / ".git" / "index", *handed_over):
                assert (path.stat().st_uid, path.stat().st_gid) == (1234, 1235)
        finally:
            group.end()


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        ("fatal: Authentication failed for 'https://x/'", "Azure Repos did not accept the clone token"),
        ("The requested URL returned error: 403", "does not grant read access"),
        ("remote: TF401019: The Git repository ... does not exist", "does not exist"),
        ("fatal: unable to access 'https://x/': Could not resolve host: x", "could not be reached"),
        ("something else", "something else"),
    ],
)
def test_explains_gits_error_messages(error, meaning):
    assert meaning in explain(error)


def test_any_user_may_change_the_work_tree_of_a_run_in_an_unknown_image(group):
    group.clone()
    assert (group.volumes["workspace"] / "README.md").stat().st_mode & 0o777 == 0o644
    (group.volumes["inputs"] / "clone.json").unlink()
    tools = group.volumes["inputs"].with_name("tools")
    tools.mkdir(mode=0o700)
    told = group.clone(AUTOCODER_ANY_USER="1", AUTOCODER_TOOLS=str(tools))
    assert told["state"] == "ready"
    written = [group.volumes[name] for name in ("workspace", "inputs", "exchange", "verification")]
    assert {path.stat().st_mode & 0o777 for path in (tools, *written)} == {0o777}
    assert group.volumes["repository"].stat().st_mode & 0o022 == 0
    paths = [path for path in group.volumes["workspace"].rglob("*") if ".git" not in path.parts]
    assert all(path.stat().st_mode & 0o006 == 0o006 for path in paths if not path.is_symlink())
    assert git(group.volumes["workspace"], "status", "--porcelain") == ""


def test_an_app_without_source_branches_names_the_branch_as_its_target(group):
    group.target["TARGET_BRANCH"] = group.target.pop("BASE_BRANCH")
    assert group.clone()["state"] == "ready"
