"""Runs Git in a clean environment: without hooks, monitors, filters, credential helpers and user settings.

https://git-scm.com/docs/git-config
https://git-scm.com/docs/git#_environment_variables
"""

import contextlib
import os
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

PATIENCE_SECONDS = 1.0  # far more than Git needs for a listing, unless a file keeps it from finishing
MAX_LISTED_BYTES = 100_000_000
SETTINGS = {
    "checkout.workers": "0",  # one for each core if there are many files
    "core.hooksPath": "/dev/null",
    "core.fsmonitor": "false",
    "core.untrackedCache": "false",
    "core.attributesFile": "/dev/null",
    "core.excludesFile": "/dev/null",
    "core.autocrlf": "false",
    "core.safecrlf": "false",
    "credential.helper": "",
    "fetch.unpackLimit": "1",  # keep one pack, which is faster to copy than loose objects
    "gc.auto": "0",
    "http.followRedirects": "false",  # a redirect would send the token to another host
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
    """Git exited with an error. The text is Git's own, not redacted."""


class GitTimeoutError(GitError):
    """Git took too long or printed too much, and was killed together with its child processes."""


class Git(NamedTuple):
    """A git directory, with the work tree, settings and user that its commands use."""

    directory: Path
    work_tree: Path | None = None
    settings: Mapping[str, str] = {}  # the place for secrets, because it never becomes a command line
    variables: Mapping[str, str] = {}
    user: tuple[int, int] | None = None  # uid and gid that Git runs as
    seconds: float | None = None  # the time limit of each `run` and `listing`

    def __repr__(self) -> str:
        """Show the directory only, because the settings may hold a secret."""
        return f"Git({self.directory})"

    def run(self, *arguments: str, stdin: bytes = b"", stdout: int = subprocess.PIPE) -> bytes:
        """Return what `git *arguments` prints. Raises `GitError` when Git fails or takes too long."""
        with self._running(arguments, subprocess.PIPE, stdout) as process:
            output, errors = process.communicate(stdin)
        _check(process, errors)
        return output or b""

    def listing(self, *arguments: str, slow: Callable[[], None]) -> bytes:
        """Return what `git *arguments` prints, which may be long.

        *slow* is called once if Git takes longer than `PATIENCE_SECONDS`; an exception in it ends Git.
        Raises `GitError` when Git fails, and `GitTimeoutError` when it takes too long or prints too much.
        """
        output, errors = bytearray(), bytearray()
        with (
            self._running(arguments, subprocess.DEVNULL, subprocess.PIPE) as process,
            selectors.DefaultSelector() as selector,
        ):
            selector.register(process.stdout or 0, selectors.EVENT_READ, output)
            selector.register(process.stderr or 0, selectors.EVENT_READ, errors)
            began, asked = time.monotonic(), False
            while selector.get_map():
                _read(selector, 0.1)
                if not asked and time.monotonic() - began > PATIENCE_SECONDS:
                    asked = True
                    slow()
                if len(output) + len(errors) > MAX_LISTED_BYTES:
                    raise GitTimeoutError(f"git {arguments[0]} printed more than {MAX_LISTED_BYTES:,} bytes")
            process.wait()
        _check(process, bytes(errors))
        return bytes(output)

    @contextlib.contextmanager
    def _running(
        self, arguments: tuple[str, ...], stdin: int, stdout: int
    ) -> Iterator["subprocess.Popen[bytes]"]:
        """Start Git, and kill it when its time is up; by a timer, because `wait(timeout)` would poll."""
        process, late = self._open(arguments, stdin, stdout), threading.Event()

        def end() -> None:
            late.set()
            _kill(process)

        timer = threading.Timer(self.seconds or 0, end)
        timer.daemon = True
        if self.seconds is not None:
            timer.start()
        try:
            yield process
        finally:
            timer.cancel()
            _kill(process)
            process.wait()
            for stream in filter(None, (process.stdin, process.stdout, process.stderr)):
                with contextlib.suppress(OSError):
                    stream.close()
        if late.is_set():
            raise GitTimeoutError(f"git {arguments[0]} did not finish within {self.seconds:g} seconds")

    def own(self, folder: Path) -> None:
        """Create *folder*, for Git to write to as its user. Raises `OSError` when it exists."""
        folder.mkdir(parents=True)
        if self.user is not None:
            os.chown(folder, *self.user)

    def start(self, *arguments: str) -> "subprocess.Popen[bytes]":
        """Start `git *arguments` and return the process; `finish` waits for it."""
        return subprocess.Popen(
            ["git", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=self._environment(),
            cwd=self.directory,
        )

    def _open(self, arguments: tuple[str, ...], stdin: int, stdout: int) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            ["git", *arguments],
            stdin=stdin,
            stdout=stdout,
            stderr=subprocess.PIPE,
            env=self._environment(),
            cwd=self.directory,
            user=self.user and self.user[0],
            group=self.user and self.user[1],
            extra_groups=self.user and [],
            process_group=None if self.seconds is None else 0,
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


def _check(process: "subprocess.Popen[bytes]", errors: bytes) -> None:
    if process.returncode != 0:
        message = errors.decode(errors="replace").strip()
        raise GitError(message[:2_000] or f"git exited with code {process.returncode}")


def _read(selector: selectors.BaseSelector, seconds: float) -> None:
    """Wait up to *seconds* for output, and append it to the buffer registered for its stream."""
    for key, _ in selector.select(seconds):
        piece = os.read(key.fd, 1 << 16)
        key.data.extend(piece)
        if not piece:
            selector.unregister(key.fileobj)


def _kill(process: "subprocess.Popen[bytes]") -> None:
    """Kill *process* and its process group, unless it has ended."""
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        if os.getpgid(process.pid) == process.pid:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def finish(process: "subprocess.Popen[bytes]") -> None:
    """Wait for a process that `Git.start` has started. Raises `GitError` when it failed."""
    _, errors = process.communicate()
    if process.returncode != 0:
        raise GitError(errors.decode(errors="replace").strip())


def create(directory: Path) -> None:
    """Create an empty git directory, as `git init` would, without starting a process.

    https://git-scm.com/docs/gitrepository-layout
    """
    for name in ("objects/info", "objects/pack", "refs/heads"):
        (directory / name).mkdir(parents=True, exist_ok=True)
    (directory / "HEAD").write_text(f"ref: {BRANCH}\n")
    (directory / "config").write_text(CONFIG)
