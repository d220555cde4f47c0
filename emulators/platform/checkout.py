"""Git as a person uses it: a first push of a folder, and the difference a branch makes."""

import base64
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from emulators.platform.processes import PlatformError


class Git:
    """Git against one remote repository, signed in with a token that is on no command line."""

    def __init__(self, remote: str, token: str) -> None:
        self.remote = remote
        basic = base64.b64encode(f":{token}".encode()).decode()
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": tempfile.gettempdir(),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_CONFIG_COUNT": "3",
            "GIT_CONFIG_KEY_0": "http.extraHeader",
            "GIT_CONFIG_VALUE_0": f"Authorization: Basic {basic}",
            "GIT_CONFIG_KEY_1": "user.name",
            "GIT_CONFIG_VALUE_1": "Sample",
            "GIT_CONFIG_KEY_2": "user.email",
            "GIT_CONFIG_VALUE_2": "sample@noreply.invalid",
        }

    def push_folder(self, folder: Path, branch: str, message: str) -> None:
        """Push the files of *folder* as the first commit of *branch*; raises `PlatformError`."""
        with tempfile.TemporaryDirectory() as place:
            work_tree = Path(place) / "work"
            shutil.copytree(folder, work_tree, ignore=shutil.ignore_patterns("__pycache__"))
            self._git(work_tree, "init", "--quiet", f"--initial-branch={branch}")
            self._git(work_tree, "add", "--all")
            self._git(work_tree, "commit", "--quiet", f"--message={message}")
            self._git(work_tree, "push", "--quiet", self.remote, f"HEAD:refs/heads/{branch}")

    def difference(self, base: str, branch: str) -> str:
        """Return `git diff --stat` of what *branch* changes since it left *base*; raises `PlatformError`."""
        with tempfile.TemporaryDirectory() as place:
            bare = Path(place)
            self._git(bare, "clone", "--quiet", "--bare", self.remote, ".")
            return self._git(bare, "diff", "--stat", f"refs/heads/{base}...refs/heads/{branch}")

    def _git(self, folder: Path, *arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments],
            cwd=folder,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise PlatformError(f"git {arguments[0]} failed: {done.stderr.strip()}")
        return done.stdout.strip("\n")
