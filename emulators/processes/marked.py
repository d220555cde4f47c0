"""Finds and kills processes by a variable in their environment, even those that left their session.

https://man7.org/linux/man-pages/man5/proc_pid_environ.5.html
"""

import os
import signal
from pathlib import Path

ATTEMPTS = 20  # a killed process may have started others


def marked(variable: str, mark: str) -> list[int]:
    """Return the ids of the processes whose *variable* begins with *mark*."""
    wanted = f"{variable}={mark}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            variables = (folder / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if any(given.startswith(wanted) for given in variables):
            found.append(int(folder.name))
    return found


def kill_marked(variable: str, mark: str) -> None:
    """Kill the processes whose *variable* begins with *mark* repeatedly until none is left."""
    for _ in range(ATTEMPTS):
        pids = marked(variable, mark)
        if not pids:
            return
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
