"""Finds the program that listens on a port of this machine, as far as this user may see it.

https://man7.org/linux/man-pages/man5/proc_pid_net.5.html, https://man7.org/linux/man-pages/man5/proc_pid_fd.5.html
"""

import contextlib
import itertools
import pwd
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
TABLES = ("net/tcp", "net/tcp6")
LISTENING = "0A"


@dataclass(frozen=True, slots=True)
class Socket:
    """A TCP socket: its user, and the inode by which processes refer to it."""

    user: int
    inode: str


def holder_of(port: int, proc: Path = PROC) -> str:
    """Return a description of the program that listens on *port*, such as `node (process 4711)`."""
    sockets = list(_listening(port, proc))
    for one in sockets:
        found = _process_with(one.inode, proc)
        if found is not None:
            return f"{_name(found)} (process {found.name})"
    for one in sockets:
        with contextlib.suppress(KeyError):
            return f"a program of the user {pwd.getpwuid(one.user).pw_name}"
    return "another program"


def _listening(port: int, proc: Path) -> Iterator[Socket]:
    """Yield the sockets that listen on *port*, on any address."""
    for table in TABLES:
        with contextlib.suppress(OSError):
            for line in (proc / table).read_text().splitlines()[1:]:
                parts = line.split()
                address, state, user, inode = parts[1], parts[3], parts[7], parts[9]
                if state == LISTENING and int(address.rsplit(":", 1)[1], 16) == port:
                    yield Socket(int(user), inode)


def _process_with(inode: str, proc: Path) -> Path | None:
    """Return the folder of the first process that holds the socket *inode*, None if none is visible."""
    for process in proc.glob("[0-9]*"):
        with contextlib.suppress(OSError):
            for descriptor in (process / "fd").iterdir():
                if str(descriptor.readlink()) == f"socket:[{inode}]":
                    return process
    return None


def _name(process: Path) -> str:
    """Return the name of a process, without its arguments, because they may hold secrets.

    The emulators are told apart by their module, since all of them are called `python`.
    """
    try:
        words = (process / "cmdline").read_text("utf-8", "replace").split("\0")
        module = next((word for before, word in itertools.pairwise(words) if before == "-m"), "")
        if re.fullmatch(r"emulators\.\w+", module):
            return f"{module} of another platform"
        return (process / "comm").read_text().strip()
    except OSError:
        return "a program"
