"""Fetches the commit that a run starts from, in the background.

The token is only in the environment of `git fetch`, never on a command line, in a URL or in a file.
https://git-scm.com/docs/git-fetch
https://learn.microsoft.com/azure/devops/repos/git/auth-overview
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
MIN_PAUSE_SECONDS, MAX_PAUSE_SECONDS = 0.5, 30.0
DEFAULT_PATIENCE_SECONDS = 1_200.0  # an Azure DevOps that is away for minutes costs no run
REFUSED_SHARE = 0.25  # of that: a token is refused for a while when a sign-in is renewed, or for good
_OPTIONS = ("--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--no-auto-maintenance", "--")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_REFUSED = re.compile(r"\b401\b|Authentication failed|could not read Username")
_PERMANENT = re.compile(r"\b(?:403|404)\b|not our ref|TF4010")
_NOT_SERVED = re.compile(r"not our ref|unadvertised object|does not support|no such remote ref")
_EXPLANATIONS = (
    (r"\b401\b|Authentication failed|could not read Username", "Azure Repos did not accept the clone token"),
    (r"\b403\b", "the clone token does not grant read access to this repository"),
    (r"\b404\b|TF401019|not found", "the repository does not exist or the clone token has no access to it"),
    (r"not our ref|unadvertised object", "the base commit is no longer in the repository"),
    (r"Could not resolve host|Failed to connect|unable to access", "Azure Repos could not be reached"),
)


class FetchTarget(NamedTuple):
    """A repository, the commit to fetch, and the branch to fetch if the server does not serve commit ids."""

    url: str
    commit: str
    branch: str


class Fetch:
    """Fetches one commit into *git*, starting at once."""

    def __init__(
        self, git: Git, target: FetchTarget, patience_seconds: float = DEFAULT_PATIENCE_SECONDS
    ) -> None:
        """Start the fetch, which is retried for *patience_seconds* while the server is away.

        Raises `GitError` when the commit is not a full commit id.
        """
        if _COMMIT.fullmatch(target.commit) is None:
            raise GitError("the base commit is not a full commit id")
        self._git, self._target = git, target
        self._until = time.monotonic() + patience_seconds
        self._refused_until = time.monotonic() + REFUSED_SHARE * patience_seconds
        self._command = ("fetch", "--quiet", "--depth=1", *_OPTIONS, target.url, target.commit)
        self._process: subprocess.Popen[bytes] = git.start(*self._command)

    def finish(self) -> None:
        """Wait until the commit has been fetched. Raises `GitError` when it cannot be fetched."""
        try:
            finish(self._process)
        except GitError as error:
            self._retry(str(error))

    def give_up(self) -> None:
        """Stop the fetch."""
        self._process.kill()
        self._process.communicate()

    def _retry(self, problem: str) -> None:
        """Retry after a temporary *problem*; if the server serves no commit ids, fetch the branch."""
        pause = MIN_PAUSE_SECONDS
        while self._may_pass(problem, time.monotonic() + pause):
            time.sleep(pause)
            pause = min(2 * pause, MAX_PAUSE_SECONDS)
            try:
                self._git.run(*self._command)
            except GitError as error:
                problem = str(error)
            else:
                return
        if _NOT_SERVED.search(problem) is None:
            raise GitError(problem)
        self._fetch_branch()

    def _may_pass(self, problem: str, then: float) -> bool:
        """Whether *problem* is worth another try at the time *then*."""
        until = self._refused_until if _REFUSED.search(problem) else self._until
        return not _PERMANENT.search(problem) and then < until

    def _fetch_branch(self) -> None:
        git, target = self._git, self._target
        branch = f"refs/heads/{target.branch}"
        git.run("check-ref-format", branch)
        git.run("fetch", "--quiet", f"--depth={FALLBACK_DEPTH}", *_OPTIONS, target.url, branch)
        try:
            git.run("cat-file", "-e", f"{target.commit}^{{commit}}")
        except GitError:
            raise GitError(f"not our ref: {target.commit}") from None


def new_repository(directory: Path, work_tree: Path, url: str, authorization: str) -> Git:
    """Return an empty repository that sends *authorization*. Raises `GitError` when *url* is not safe."""
    if not is_safe(url):
        raise GitError("the clone URL must use https")
    for path in work_tree.iterdir():  # files of an earlier start that did not finish
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    shutil.rmtree(directory, ignore_errors=True)
    create(directory)
    header = {"http.extraHeader": f"Authorization: {authorization}"} if authorization else {}
    return Git(directory, work_tree=work_tree, settings=header)


def explain(error: str) -> str:
    """Return *error* with its meaning in front of it, if it is a known message of Git or Azure Repos."""
    meaning = next((text for pattern, text in _EXPLANATIONS if re.search(pattern, error)), None)
    return error if meaning is None else f"{meaning}: {error}"
