"""The init container: fetches the inputs and the one commit the run starts from, and ends with exit code 0.

It begins as root and hands the volumes over to the agent's user, as which it goes on.
What it did is in `inputs/clone.json`, written last. The git directory lies on a volume that the agent never
mounts; the agent gets the work tree and a copy of the git directory without remote or credential.

A run waits for this program to start, so what `git fetch` does not need is imported while it waits itself.
"""

import contextlib
import json
import os
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from runner.clone.fetch import Fetch, FetchTarget, explain, new_repository
from runner.files import write_whole
from runner.git import BRANCH, GIT_FOLDER, Git, finish
from runner.users import become, let_any_user_write, user_of

VOLUMES = ("WORKSPACE", "REPOSITORY", "INPUTS")
OTHERS = (
    "EXCHANGE",
    "VERIFICATION",
    "TOOLS",
)  # of agent, verify, and the init container that fills the tools


class Folders(NamedTuple):
    """Where the volumes are mounted; *others* are those that this program only hands over."""

    workspace: Path
    repository: Path
    inputs: Path
    others: tuple[Path, ...] = ()

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Folders":
        """Return the folders that the environment names."""
        places = {name: f"AUTOCODER_{name}" for name in (*VOLUMES, *OTHERS)}
        workspace, repository, inputs = (Path(environment[places[name]]) for name in VOLUMES)
        others = (Path(environment[places[name]]) for name in OTHERS if places[name] in environment)
        return cls(workspace, repository, inputs, tuple(others))

    def hand_over(self, environment: Mapping[str, str]) -> None:
        """Give the volumes to the agent's user, and go on as that user.

        To whom a new volume belongs, and who may write to it, is documented nowhere.
        """
        let_any_user_write(environment, self.workspace, self.inputs, *self.others)
        become(user_of(environment), self.workspace, self.repository, self.inputs, *self.others)


def main() -> int:
    """Fetch everything and write `clone.json`; a failure is written there as well. Returns 0, always."""
    began = time.monotonic()
    folders = Folders.of(os.environ)
    if (folders.inputs / "clone.json").exists():  # the platform has started the group again
        return 0
    told: dict[str, Any] = {"state": "failed", "reason": "", "baseCommit": "0" * 40, "baseTree": "0" * 40}
    try:
        folders.hand_over(os.environ)
        told |= prepare(folders, os.environ)
    except Exception as error:  # the next container must learn of any failure
        told["reason"] = _redacted(explain(str(error)))[:1000]  # half a secret would stay
    told["seconds"] = round(time.monotonic() - began, 3)
    with contextlib.suppress(OSError):
        write_whole(folders.inputs / "clone.json", json.dumps(told))
    return 0


def prepare(folders: Folders, environment: Mapping[str, str]) -> dict[str, Any]:
    """Fetch the base commit and download the inputs at the same time; returns what `clone.json` shall say."""
    wanted = FetchTarget(environment["CLONE_URL"], environment["BASE_COMMIT"], environment["TARGET_BRANCH"])
    authorization = environment.get("CLONE_AUTHORIZATION", "")
    git = new_repository(folders.repository / GIT_FOLDER, folders.workspace, wanted.url, authorization)
    fetch = Fetch(git, wanted)
    try:
        from runner.clone.inputs import download

        run = download(json.loads(environment["INPUT_URLS"]), folders.inputs)
        if run["baseCommit"] != wanted.commit:
            raise ValueError("run.json is of another commit than the clone")
    except BaseException:
        fetch.give_up()
        raise
    fetch.finish()
    tree = _check_out(git, folders.workspace, wanted.commit)
    return {"state": "ready", "baseCommit": wanted.commit, "baseTree": tree}


def _check_out(git: Git, workspace: Path, commit: str) -> str:
    """Fill *workspace* with *commit* and a copy of the git directory; returns the root tree."""
    import shutil

    clean = Git(git.directory, work_tree=workspace)
    write_whole(git.directory / BRANCH, f"{commit}\n")
    writing = clean.start("read-tree", "-u", "--reset", commit)
    tree = clean.run("rev-parse", "--verify", f"{commit}^{{tree}}").decode().strip()
    shutil.copytree(git.directory, workspace / ".git", ignore=shutil.ignore_patterns("index", "index.lock"))
    finish(writing)
    shutil.copy2(git.directory / "index", workspace / ".git")
    return tree


def _redacted(text: str) -> str:
    from autocoder.shared.redaction import Redactor  # a clone that succeeds need not wait for its patterns

    return Redactor(_secrets(os.environ)).redact(text)


def _secrets(environment: Mapping[str, str]) -> Iterator[str]:
    authorization = environment.get("CLONE_AUTHORIZATION", "")
    yield authorization
    yield authorization.partition(" ")[2]
    with contextlib.suppress(ValueError, AttributeError):
        yield from json.loads(environment.get("INPUT_URLS", "{}")).values()


def start() -> None:
    """Do it and end at once: the run waits, and an interpreter's farewell takes longer than a download."""
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    start()
