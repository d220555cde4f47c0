"""What is left of a session whose first process has ended: found, and killed, by the session's id.

https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
"""

import contextlib
import os
import signal
from pathlib import Path

STATE, SESSION, START_TIME = 0, 3, 19  # fields of /proc/{pid}/stat, counted from the one after the name
ZOMBIE = "Z"


class Session:
    """The session that the process *leader* began; *left* are its processes now, with their start times."""

    def __init__(self, leader: int) -> None:
        self.leader = leader
        self.left = members(leader)

    def kill(self) -> None:
        """Kill the processes, unless all that were left have ended: then the id may be another session's."""
        now = members(self.leader)
        for pid, _ in now if now & self.left else ():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)


def members(session: int) -> set[tuple[int, str]]:
    """Return the ids and start times of the live processes of a session."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        if fields[SESSION] == str(session) and fields[STATE] != ZOMBIE:
            found.add((int(folder.name), fields[START_TIME]))
    return found
