"""The init container: downloads the inputs and fetches the commit that the run starts from.

It starts as root, gives the volumes to the agent's user and continues as that user. It writes its outcome to
`inputs/clone.json` as the last step and always exits with 0. The git directory is on a volume that the agent
never mounts; the agent gets the work tree and a copy of the git directory without remote or credentials.

Every run waits for this program, so modules that `git fetch` does not need are imported while it is running.
https://learn.microsoft.com/azure/container-instances/container-instances-init-container
"""

import contextlib
import json
import os
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from autocoder.shared.json_text import parse_json
from runner.clone.fetch import DEFAULT_PATIENCE_SECONDS, Fetch, FetchTarget, explain, new_repository
from runner.files import write_whole
from runner.git import BRANCH, GIT_FOLDER, Git, finish
from runner.users import become, let_any_user_write, user_of

VOLUMES = ("WORKSPACE", "REPOSITORY", "INPUTS")
OTHER_VOLUMES = ("EXCHANGE", "VERIFICATION", "TOOLS")  # of the containers agent, verify and tools


class Folders(NamedTuple):
    """Where the volumes are mounted; *others* are those whose owner this program sets and no more."""

    workspace: Path
    repository: Path
    inputs: Path
    others: tuple[Path, ...] = ()

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Folders":
        """Return the folders that *environment* names. Raises `KeyError` when one of `VOLUMES` is missing."""
        names = {volume: f"AUTOCODER_{volume}" for volume in (*VOLUMES, *OTHER_VOLUMES)}
        workspace, repository, inputs = (Path(environment[names[volume]]) for volume in VOLUMES)
        others = (environment.get(names[volume]) for volume in OTHER_VOLUMES)
        return cls(workspace, repository, inputs, tuple(Path(path) for path in others if path is not None))

    def hand_over(self, environment: Mapping[str, str]) -> None:
        """Give the volumes to the agent's user and continue as that user.

        Azure does not document the owner and mode of a new `emptyDir` volume.
        https://learn.microsoft.com/azure/container-instances/container-instances-volume-emptydir
        """
        let_any_user_write(environment, self.workspace, self.inputs, *self.others)
        become(user_of(environment), self.workspace, self.repository, self.inputs, *self.others)


def main() -> int:
    """Fetch everything and write the outcome, even a failure, to `clone.json`. Always returns 0."""
    began = time.monotonic()
    folders = Folders.of(os.environ)
    if (folders.inputs / "clone.json").exists():  # the platform has restarted the container group
        return 0
    outcome: dict[str, Any] = {"state": "failed", "reason": "", "baseCommit": "0" * 40, "baseTree": "0" * 40}
    try:
        folders.hand_over(os.environ)
        outcome |= prepare(folders, os.environ)
    except Exception as error:  # the next container must learn of every failure
        outcome["reason"] = _redacted(explain(str(error)))[:1000]  # half a secret is not redacted
    outcome["seconds"] = round(time.monotonic() - began, 3)
    with contextlib.suppress(OSError):
        write_whole(folders.inputs / "clone.json", json.dumps(outcome))
    return 0


def prepare(folders: Folders, environment: Mapping[str, str]) -> dict[str, Any]:
    """Fetch the base commit while the inputs are downloaded; returns the content of `clone.json`.

    Raises `GitError` or `ExchangeError` when a download fails, `KeyError` when a variable is missing, and
    `ValueError` when an input is not valid or `run.json` names another commit.
    """
    # An app without source branches gives only the target branch.
    branch = environment.get("BASE_BRANCH") or environment["TARGET_BRANCH"]
    target = FetchTarget(environment["CLONE_URL"], environment["BASE_COMMIT"], branch)
    authorization = environment.get("CLONE_AUTHORIZATION", "")
    git = new_repository(folders.repository / GIT_FOLDER, folders.workspace, target.url, authorization)
    patience = float(environment.get("AUTOCODER_CLONE_SECONDS", DEFAULT_PATIENCE_SECONDS))
    fetch = Fetch(git, target, patience)
    try:
        from runner.clone.inputs import download

        run = download(parse_json(environment["INPUT_URLS"]), folders.inputs)
        if run["baseCommit"] != target.commit:
            raise ValueError("run.json names another commit than BASE_COMMIT")
    except BaseException:
        fetch.give_up()
        raise
    fetch.finish()
    tree = _check_out(git, folders.workspace, target.commit)
    return {"state": "ready", "baseCommit": target.commit, "baseTree": tree}


def _check_out(git: Git, workspace: Path, commit: str) -> str:
    """Fill *workspace* with *commit* and a copy of the git directory; returns the id of the root tree."""
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
    from autocoder.shared.redaction import Redactor  # imported here, because a successful clone needs none

    return Redactor(_secrets(os.environ)).redact(text)


def _secrets(environment: Mapping[str, str]) -> Iterator[str]:
    authorization = environment.get("CLONE_AUTHORIZATION", "")
    yield authorization
    yield authorization.partition(" ")[2]
    with contextlib.suppress(ValueError, AttributeError):
        yield from parse_json(environment.get("INPUT_URLS", "{}")).values()


def start() -> None:
    """Run `main` and exit at once: an orderly shutdown of the interpreter takes longer than a download."""
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    start()
