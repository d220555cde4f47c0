"""Git in an environment of our own: no hook, monitor, filter, credential helper or user's settings acts.

https://git-scm.com/docs/git-config#ENVIRONMENT
"""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

SETTINGS = {
    "checkout.workers": "0",  # one for each core, where there are many files
    "core.hooksPath": "/dev/null",
    "core.fsmonitor": "false",
    "core.untrackedCache": "false",
    "core.attributesFile": "/dev/null",
    "core.excludesFile": "/dev/null",
    "core.autocrlf": "false",
    "core.safecrlf": "false",
    "credential.helper": "",
    "fetch.unpackLimit": "1",  # always one pack, which is quick to copy
    "gc.auto": "0",
    "http.followRedirects": "false",  # a redirect would carry the token elsewhere
    "maintenance.auto": "false",
    "protocol.allow": "never",
    "protocol.http.allow": "always",
    "protocol.https.allow": "always",
    "submodule.recurse": "false",
}
_PASSED_ON = ("PATH", "TMPDIR", "http_proxy", "https_proxy", "no_proxy", "HTTPS_PROXY", "NO_PROXY")
CONFIG = "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = false\n\tsymlinks = true\n"
BRANCH = "refs/heads/autocoder"
GIT_FOLDER = "git"  # under the volume `repository`


class GitError(Exception):
    """Git ended with an error; the text is what it said, not yet redacted."""


class Git(NamedTuple):
    """A git directory, and the work tree and index that go with it for a while."""

    directory: Path
    work_tree: Path | None = None
    settings: Mapping[str, str] = {}  # secrets are passed here, never on argv
    variables: Mapping[str, str] = {}
    user: tuple[int, int] | None = None  # uid and gid that Git writes as

    def __repr__(self) -> str:
        """Tell where it is; its settings may hold a secret."""
        return f"Git({self.directory})"

    def run(self, *arguments: str, stdin: bytes = b"", stdout: int = subprocess.PIPE) -> bytes:
        """Return what `git *arguments` prints; raises `GitError`."""
        done = subprocess.run(
            ["git", *arguments],
            input=stdin,
            stdout=stdout,
            stderr=subprocess.PIPE,
            env=self._environment(),
            cwd=self.directory,
            user=self.user and self.user[0],
            group=self.user and self.user[1],
            check=False,
        )
        if done.returncode != 0:
            raise GitError(done.stderr.decode(errors="replace").strip() or f"exit code {done.returncode}")
        return done.stdout or b""

    def start(self, *arguments: str) -> "subprocess.Popen[bytes]":
        """Start `git *arguments`; its errors can be read from the process's `stderr`."""
        return subprocess.Popen(
            ["git", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=self._environment(),
            cwd=self.directory,
        )

    def _environment(self) -> dict[str, str]:
        settings = {**SETTINGS, **self.settings}
        environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        environment |= {
            "HOME": "/nonexistent",
            "LC_ALL": "C",
            "GIT_ATTR_NOSYSTEM": "1",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_CONFIG_COUNT": str(len(settings)),
            "GIT_DIR": str(self.directory),
            "GIT_LFS_SKIP_SMUDGE": "1",
            "GIT_OPTIONAL_LOCKS": "0",
            "GIT_TERMINAL_PROMPT": "0",
            **self.variables,
        }
        for number, (name, value) in enumerate(settings.items()):
            environment[f"GIT_CONFIG_KEY_{number}"] = name
            environment[f"GIT_CONFIG_VALUE_{number}"] = value
        if "SSL_CERT_FILE" in os.environ:
            environment["GIT_SSL_CAINFO"] = os.environ["SSL_CERT_FILE"]
        if self.work_tree is not None:
            environment["GIT_WORK_TREE"] = str(self.work_tree)
        return environment


def finish(process: "subprocess.Popen[bytes]") -> None:
    """Wait for what `Git.start` has started; raises `GitError` with what it said."""
    _, errors = process.communicate()
    if process.returncode != 0:
        raise GitError(errors.decode(errors="replace").strip())


def create(directory: Path) -> None:
    """Make *directory* an empty git directory, as `git init` would, without starting a process."""
    for name in ("objects/info", "objects/pack", "refs/heads"):
        (directory / name).mkdir(parents=True, exist_ok=True)
    (directory / "HEAD").write_text(f"ref: {BRANCH}\n")
    (directory / "config").write_text(CONFIG)
