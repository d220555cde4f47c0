"""The runner's image, built for real without a daemon, and its programs started in it.

Where no registry of images can be reached, it is built on a fresh Debian of the same release.
https://github.com/containers/buildah/blob/main/docs/buildah-build.1.md (isolation chroot)
"""

import json
import os
import shutil
import subprocess

import pytest

from tests.containers.agents.at_work import CHECKOUT

NEEDED = ("buildah", "mmdebstrap")
SECONDS = 240
SUITE = "bookworm"  # of the Dockerfile's ARG BASE_IMAGE

missing = [name for name in NEEDED if shutil.which(name) is None]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        bool(missing), reason=f"not installed: {', '.join(missing)}; Debian has packages of both"
    ),
    pytest.mark.skipif(os.geteuid() != 0, reason="an image is built here as root alone"),
]


class Buildah:
    """buildah with a store of its own, so that nothing is left on the machine."""

    def __init__(self, folder):
        self.options = [
            "--root",
            str(folder / "store"),
            "--runroot",
            str(folder / "run"),
            "--storage-driver",
            "vfs",
        ]

    def __call__(self, command, *arguments):
        words = ["buildah", *self.options, command, *arguments]
        environment = {**os.environ, "BUILDAH_ISOLATION": "chroot"}
        return subprocess.run(
            words, cwd=CHECKOUT, env=environment, capture_output=True, text=True, timeout=SECONDS
        )

    def must(self, command, *arguments):
        done = self(command, *arguments)
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout.strip()


@pytest.fixture(scope="module")
def container(tmp_path_factory):
    """A container of the image; gives a function that runs a command in it."""
    folder = tmp_path_factory.mktemp("images")
    root = folder / "context" / "root.tar"
    root.parent.mkdir()
    make = ["mmdebstrap", "--quiet", "--variant=apt", "--include=python3", SUITE, str(root)]
    made = subprocess.run(make, capture_output=True, text=True, timeout=SECONDS)
    if made.returncode != 0:
        pytest.skip(f"no packages of Debian can be had: {made.stderr.strip().splitlines()[-1:]}")
    (root.parent / "Containerfile").write_text("FROM scratch\nADD root.tar /\n")
    buildah = Buildah(folder)
    buildah.must("build", "--tag", "localhost/debian", str(root.parent))
    file = "containers/runner/Dockerfile"
    buildah.must(
        "build",
        "--build-arg",
        "BASE_IMAGE=localhost/debian",
        "--tag",
        "localhost/runner",
        "--file",
        file,
        ".",
    )
    name = buildah.must("from", "localhost/runner")

    def run(*command, **environment):
        variables = [word for key, value in environment.items() for word in ("--env", f"{key}={value}")]
        return buildah("run", *variables, name, "--", *command)

    run.image = json.loads(buildah.must("inspect", "--type", "image", "localhost/runner"))["OCIv1"]
    yield run
    buildah("rm", name)


def test_the_clone_starts_and_reports_what_is_wrong(container):
    script = (
        "mkdir -p /workspace /repository /inputs && chmod 777 /workspace /repository /inputs && "
        "python3 -S -m runner.clone && cat /inputs/clone.json && ls -ln /inputs/clone.json"
    )
    volumes = {f"AUTOCODER_{name.upper()}": f"/{name}" for name in ("workspace", "repository", "inputs")}
    target = {"CLONE_URL": "http://192.0.2.1/x", "BASE_COMMIT": "1" * 40, "BASE_BRANCH": "main"}
    done = container("sh", "-c", script, **volumes, **target)
    assert done.returncode == 0, done.stderr
    assert '"state": "failed"' in done.stdout
    assert "https" in done.stdout
    assert " 1001 1001 " in done.stdout


# Collects an edit of a file that Git would convert, as root and with Git as the agent's user.
COLLECT = r"""
import os
import subprocess
from pathlib import Path

from autocoder.shared.policy import Rules
from autocoder.shared.redaction import Redactor
from runner.change.commit import Base, Collector
from runner.git import Git, create
from runner.users import user_of

user = user_of(os.environ)
workspace, repository = Path("/edit/workspace"), Path("/edit/repository")
git = Git(repository / "git", workspace, user=user, seconds=60)
workspace.mkdir(parents=True)
create(git.directory)
subprocess.run(["chown", "-R", "1001:1001", workspace, repository], check=True)
files = {"a.cs": b"one\r\ntwo\r\n", "same.cs": b"\r\n", ".gitattributes": b"*.cs text\n"}
for name, content in files.items():
    (workspace / name).write_bytes(content)
    made = git.run("hash-object", "-w", "--no-filters", "--stdin", stdin=content).decode().strip()
    git.run("update-index", "--add", "--cacheinfo", f"100644,{made},{name}")
tree = git.run("write-tree").decode().strip()
who = {f"GIT_{role}_{part}": "a" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
commit = git._replace(variables=who).run("commit-tree", tree, stdin=b"base").decode().strip()

(workspace / "a.cs").write_bytes(b"one\r\nthree\r\n")
base = Base(commit, tree)
collector = Collector(git._replace(work_tree=None), workspace, base, Rules(), Redactor([]), user)
text = {"message": "m", "authorName": "a", "authorEmail": "a", "date": "2025-01-02T03:04:05Z"}
collected = collector.collect(text)
print(os.geteuid(), user, collected.refused, dict(collected.difference.lines))
"""


def test_an_edit_of_a_file_is_collected_as_the_agents_user(container):
    done = container("python3", "-S", "-c", COLLECT)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "0 (1001, 1001) () {'a.cs': (1, 1)}"


def test_the_supervisor_starts_and_never_fails(container):
    done = container("python3", "-S", "-m", "runner.supervisor")
    assert done.returncode == 0
    assert "could not start" in done.stdout + done.stderr


def test_it_has_git_and_no_compiler(container):
    assert container("git", "--version").returncode == 0
    assert container("sh", "-c", "command -v gcc || command -v node || command -v pip").returncode != 0


def test_its_labels_and_environment_are_those_of_the_dockerfile(container):
    config = container.image["config"]
    assert config["Labels"]["org.opencontainers.image.title"] == "autocoder/runner"
    assert "PYTHONPATH=/opt/autocoder" in config["Env"]
    assert "AUTOCODER_AGENT_USER=1001:1001" in config["Env"]
