"""Fetching the one commit that a run starts from, while the caller does something else.

The token travels in the environment of `git fetch` alone, never on a command line, in a URL or in a file.
https://git-scm.com/docs/git-fetch
"""

import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

from runner.addresses import is_safe
from runner.git import Git, GitError, create, finish

FALLBACK_DEPTH = 200
RETRY_PAUSES = (0.5, 2.0)
_OPTIONS = ("--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--no-auto-maintenance", "--")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_PERMANENT = re.compile(
    r"\b(?:401|403|404)\b|Authentication failed|could not read Username|not our ref|TF4010"
)
_NOT_SERVED = re.compile(r"not our ref|unadvertised object|does not support|no such remote ref")
_EXPLANATIONS = (
    (r"\b401\b|Authentication failed|could not read Username", "the clone token was not accepted"),
    (r"\b403\b", "the clone token may not read this repository"),
    (r"\b404\b|TF401019|not found", "the repository does not exist, or the clone token may not see it"),
    (r"not our ref|unadvertised object", "the base commit is no longer in the repository"),
    (r"Could not resolve host|Failed to connect|unable to access", "the repository could not be reached"),
)


class FetchTarget(NamedTuple):
    """Which commit of which repository, and the branch to look for it where it is not served by its id."""

    url: str
    commit: str
    branch: str


class Fetch:
    """One commit on its way into *git*, from the moment this is made."""

    def __init__(self, git: Git, wanted: FetchTarget) -> None:
        if _COMMIT.fullmatch(wanted.commit) is None:
            raise GitError("the base commit is not the id of a commit")
        self._git, self._wanted = git, wanted
        self._command = ("fetch", "--quiet", "--depth=1", *_OPTIONS, wanted.url, wanted.commit)
        self._process: subprocess.Popen[bytes] = git.start(*self._command)

    def finish(self) -> None:
        """Wait until the commit is there; raises `GitError` when it cannot be had."""
        try:
            finish(self._process)
        except GitError as error:
            self._again(str(error))

    def give_up(self) -> None:
        """End what is under way."""
        self._process.kill()
        self._process.communicate()

    def _again(self, problem: str) -> None:
        """Repeat what may have been an accident; where a bare commit id is not served, fetch its branch."""
        for pause in RETRY_PAUSES:
            if _PERMANENT.search(problem):
                break
            time.sleep(pause)
            try:
                self._git.run(*self._command)
            except GitError as error:
                problem = str(error)
            else:
                return
        if _NOT_SERVED.search(problem) is None:
            raise GitError(problem)
        self._by_branch()

    def _by_branch(self) -> None:
        git, wanted = self._git, self._wanted
        branch = f"refs/heads/{wanted.branch}"
        git.run("check-ref-format", branch)
        git.run("fetch", "--quiet", f"--depth={FALLBACK_DEPTH}", *_OPTIONS, wanted.url, branch)
        try:
            git.run("cat-file", "-e", f"{wanted.commit}^{{commit}}")
        except GitError:
            raise GitError(f"not our ref: {wanted.commit}") from None


def new_repository(directory: Path, work_tree: Path, url: str, authorization: str) -> Git:
    """Return an empty repository that authorises itself at *url*; raises `GitError` on plain http."""
    if not is_safe(url):
        raise GitError("the clone URL must be https")
    for path in work_tree.iterdir():  # what an earlier, unfinished try has left
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    shutil.rmtree(directory, ignore_errors=True)
    create(directory)
    header = {"http.extraHeader": f"Authorization: {authorization}"} if authorization else {}
    return Git(directory, work_tree=work_tree, settings=header)


def explain(error: str) -> str:
    """Return *error*, with what it means in front where Git's words are known."""
    meaning = next((text for pattern, text in _EXPLANATIONS if re.search(pattern, error)), None)
    return error if meaning is None else f"{meaning}: {error}"
