"""The init container: fetches the inputs and the one commit the run starts from, and ends with exit code 0.

What it did is in `inputs/clone.json`, written last. The git directory lies on a volume that the agent never
mounts; the agent gets the work tree and a copy of the git directory without remote or credential.
The token travels in the environment of `git fetch` alone, never on a command line, in a URL or in a file.
"""

import contextlib
import json
import os
import re
import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from runner.blobs import Client, ExchangeError, is_loopback
from runner.environment import let_any_user_write, user_of
from runner.files import write_whole
from runner.git import BRANCH, Git, GitError, create, finish
from runner.schema import load

LARGEST_INPUT, LARGEST_INPUTS, MOST_INPUTS = 20_000_000, 100_000_000, 200
GIT_FOLDER = "git"  # under the volume `repository`
FALLBACK_DEPTH = 200
RETRY_PAUSES = (0.5, 2.0)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}(?:/[A-Za-z0-9][A-Za-z0-9._-]{0,99}){0,3}")
_LASTING = re.compile(r"\b(?:401|403|404)\b|Authentication failed|could not read Username|not our ref|TF4010")
_EXPLANATIONS = (
    (r"\b401\b|Authentication failed|could not read Username", "the clone token was not accepted"),
    (r"\b403\b", "the clone token may not read this repository"),
    (r"\b404\b|TF401019|not found", "the repository does not exist, or the clone token may not see it"),
    (r"not our ref|unadvertised object", "the base commit is no longer in the repository"),
    (r"Could not resolve host|Failed to connect|unable to access", "the repository could not be reached"),
)


@dataclass(frozen=True, slots=True)
class Folders:
    """Where the volumes are mounted."""

    workspace: Path
    repository: Path
    inputs: Path

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Folders":
        """Return the folders that the environment names."""
        names = ("WORKSPACE", "REPOSITORY", "INPUTS")
        return cls(*(Path(environment[f"AUTOCODER_{name}"]) for name in names))


def main() -> int:
    """Fetch everything and write `clone.json`; a failure is written there as well. Returns 0, always."""
    began = time.monotonic()
    folders = Folders.of(os.environ)
    if (folders.inputs / "clone.json").exists():  # the platform has started the group again
        return 0
    told: dict[str, Any] = {"state": "failed", "reason": "", "baseCommit": "0" * 40, "baseTree": "0" * 40}
    try:
        _become(user_of(os.environ), folders)
        let_any_user_write(os.environ)
        told |= prepare(folders, os.environ)
    except Exception as error:  # the next container must learn of any failure
        told["reason"] = _redacted(explain(str(error)))[:1000]  # half a secret would stay
    told["seconds"] = round(time.monotonic() - began, 3)
    with contextlib.suppress(OSError):
        write_whole(folders.inputs / "clone.json", json.dumps(told))
    return 0


def prepare(folders: Folders, environment: Mapping[str, str]) -> dict[str, Any]:
    """Download the inputs and fetch the base commit at the same time; returns what `clone.json` shall say."""
    urls = _checked_urls(json.loads(environment["INPUT_URLS"]))
    client = Client()
    run = load("run.json", client.get(urls["run.json"], LARGEST_INPUT))
    write_whole(folders.inputs / "run.json", json.dumps(run))
    git = _new_repository(folders, run["cloneUrl"], environment.get("CLONE_AUTHORIZATION", ""))
    with _fetching(git, run):
        _download(client, urls, folders.inputs)
    tree = _check_out(git, folders.workspace, run["baseCommit"])
    return {"state": "ready", "baseCommit": run["baseCommit"], "baseTree": tree}


def explain(error: str) -> str:
    """Return *error*, with what it means in front where Git's words are known."""
    meaning = next((text for pattern, text in _EXPLANATIONS if re.search(pattern, error)), None)
    return error if meaning is None else f"{meaning}: {error}"


def _redacted(text: str) -> str:
    from autocoder.redaction import Redactor  # a clone that succeeds need not wait for its patterns

    return Redactor(_secrets(os.environ)).redact(text)


def _secrets(environment: Mapping[str, str]) -> Iterator[str]:
    authorization = environment.get("CLONE_AUTHORIZATION", "")
    yield authorization
    yield authorization.partition(" ")[2]
    with contextlib.suppress(ValueError, AttributeError):
        yield from json.loads(environment.get("INPUT_URLS", "{}")).values()


def _become(user: tuple[int, int] | None, folders: Folders) -> None:
    """Go on as the agent's *user*, so that all that is written here belongs to the agent."""
    if user is None:
        return
    uid, gid = user
    for folder in (folders.workspace, folders.repository, folders.inputs):
        os.chown(folder, uid, gid)
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)


def _checked_urls(urls: dict[str, str]) -> dict[str, str]:
    if len(urls) > MOST_INPUTS:
        raise ValueError(f"more than {MOST_INPUTS} inputs")
    for name in urls:
        if _NAME.fullmatch(name) is None or name == "clone.json":
            raise ValueError(f"not a name for an input: {name!r}")
    return urls


def _download(client: Client, urls: Mapping[str, str], inputs: Path) -> None:
    left = LARGEST_INPUTS
    for name, url in urls.items():
        if name != "run.json":
            content = client.get(url, min(left, LARGEST_INPUT))
            left -= len(content)
            write_whole(inputs / name, content)


def _new_repository(folders: Folders, url: str, authorization: str) -> Git:
    """Return an empty repository that knows how to authorise itself; raises `ExchangeError` on plain http."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
        raise ExchangeError("the clone URL must be https")
    for path in folders.workspace.iterdir():  # what an earlier, unfinished try has left
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    directory = folders.repository / GIT_FOLDER
    shutil.rmtree(directory, ignore_errors=True)
    create(directory)
    header = {"http.extraHeader": f"Authorization: {authorization}"} if authorization else {}
    return Git(directory, work_tree=folders.workspace, settings=header)


@contextlib.contextmanager
def _fetching(git: Git, run: dict[str, Any]) -> Iterator[None]:
    """Fetch the base commit while the body does something else; raises `GitError` when it cannot be had."""
    command = ("fetch", "--quiet", "--depth=1", *_FETCH, run["cloneUrl"], run["baseCommit"])
    process = git.start(*command)
    try:
        yield
    except BaseException:
        process.kill()
        process.communicate()
        raise
    try:
        finish(process)
    except GitError as error:
        _fetch_again(git, run, command, str(error))


_FETCH = ("--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--no-auto-maintenance", "--")


def _fetch_again(git: Git, run: dict[str, Any], command: tuple[str, ...], problem: str) -> None:
    """Repeat what may have been an accident; where a bare commit id is not served, fetch its branch."""
    for pause in RETRY_PAUSES:
        if _LASTING.search(problem):
            break
        time.sleep(pause)
        try:
            git.run(*command)
        except GitError as error:
            problem = str(error)
        else:
            return
    if re.search(r"not our ref|unadvertised object|does not support|no such remote ref", problem) is None:
        raise GitError(problem)
    branch = f"refs/heads/{run['targetBranch']}"
    git.run("check-ref-format", branch)
    git.run("fetch", "--quiet", f"--depth={FALLBACK_DEPTH}", *_FETCH, run["cloneUrl"], branch)
    try:
        git.run("cat-file", "-e", f"{run['baseCommit']}^{{commit}}")
    except GitError:
        raise GitError(f"not our ref: {run['baseCommit']}") from None


def _check_out(git: Git, workspace: Path, commit: str) -> str:
    """Fill *workspace* with *commit* and a copy of the git directory; returns the root tree."""
    clean = Git(git.directory, work_tree=workspace)
    tree = clean.run("rev-parse", "--verify", f"{commit}^{{tree}}").decode().strip()
    write_whole(git.directory / BRANCH, f"{commit}\n")
    writing = clean.start("read-tree", "-u", "--reset", commit)
    shutil.copytree(git.directory, workspace / ".git", ignore=shutil.ignore_patterns("index", "index.lock"))
    finish(writing)
    shutil.copy2(git.directory / "index", workspace / ".git")
    return tree


if __name__ == "__main__":
    sys.exit(main())
