"""Git over HTTPS, signed in with a personal access token that never appears on a command line.

https://learn.microsoft.com/azure/devops/organizations/accounts/use-personal-access-tokens-to-authenticate,
https://git-scm.com/docs/git-config#Documentation/git-config.txt-GITCONFIGCOUNT
"""

import base64
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from emulators.platform.processes import PlatformError


class Git:
    """Git against one remote repository, with commits by *author*."""

    def __init__(self, remote: str, token: str, author: str = "Sample") -> None:
        self.remote = remote
        self._environment = environment(author, token)

    def push_folder(self, folder: Path, branch: str, message: str) -> None:
        """Push the files of *folder* as the first commit of *branch*; raises `PlatformError` on refusal."""
        with tempfile.TemporaryDirectory() as place:
            work_tree = Path(place) / "work"
            shutil.copytree(folder, work_tree, ignore=shutil.ignore_patterns("__pycache__"))
            self._git(work_tree, "init", "--quiet", f"--initial-branch={branch}")
            self.push_work_tree(work_tree, branch, message)

    def push_work_tree(self, work_tree: Path, branch: str, message: str, path: str = ".") -> None:
        """Commit what changed under *path* and push it to *branch*; raises `PlatformError` on refusal."""
        self._git(work_tree, "add", "--", path)
        self._git(work_tree, "commit", "--quiet", f"--message={message}")
        self._git(work_tree, "push", "--quiet", self.remote, f"HEAD:refs/heads/{branch}")

    def push_stream(self, stream: Iterable[bytes], branch: str) -> None:
        """Import a `git fast-import` *stream* and push its *branch*; raises `PlatformError`."""
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            self._git(folder, "init", "--quiet", "--bare", ".")
            command = ["git", "fast-import", "--quiet", "--done"]
            with subprocess.Popen(
                command, cwd=folder, env=self._environment, stdin=subprocess.PIPE
            ) as importing:
                if importing.stdin is not None:
                    importing.stdin.writelines(stream)
            self._git(folder, "push", "--quiet", self.remote, branch)

    def clone_newest(self, folder: Path) -> None:
        """Clone the newest commit of the default branch into *folder*; raises `PlatformError` on refusal."""
        self._git(folder.parent, "clone", "--quiet", "--depth=1", self.remote, folder.name)

    def difference(self, base: str, branch: str) -> str:
        """Return `git diff --stat` from the merge base with *base* to *branch*; raises `PlatformError`."""
        with tempfile.TemporaryDirectory() as place:
            bare = Path(place)
            self._git(bare, "clone", "--quiet", "--bare", self.remote, ".")
            return self._git(bare, "diff", "--stat", f"refs/heads/{base}...refs/heads/{branch}")

    def _git(self, folder: Path, *arguments: str) -> str:
        return git(folder, self._environment, *arguments)


def environment(author: str, token: str = "") -> dict[str, str]:
    """Return variables that make Git ignore this machine's configuration and sign in with *token*."""
    email = f"{author.lower()}@noreply.invalid"
    configuration = {"user.name": author, "user.email": email}
    if token:
        basic = base64.b64encode(f":{token}".encode()).decode()
        configuration["http.extraHeader"] = f"Authorization: Basic {basic}"
    variables = {
        "PATH": os.environ["PATH"],
        "HOME": tempfile.gettempdir(),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_CONFIG_COUNT": str(len(configuration)),
    }
    for number, (key, value) in enumerate(configuration.items()):
        variables |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return variables


def git(folder: Path, variables: Mapping[str, str], *arguments: str) -> str:
    """Run Git in *folder* and return its output; raises `PlatformError` with Git's message on failure."""
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env=variables, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise PlatformError(f"git {arguments[0]} failed: {done.stderr.strip()}")
    return done.stdout.strip("\n")
