"""The memory and the CPU of the platform's programs, as the kernel counts them (Linux only).

https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
"""

import os
from pathlib import Path

from emulators.platform.running import Platform

CPU_FIELDS = slice(11, 15)  # behind the name: utime, stime, and those of children that have ended


def cpu_seconds(pid: int) -> float:
    """Return the CPU time that a process has used; 0 if it has ended."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0.0
    fields = text.rpartition(")")[2].split()  # the name before it may contain spaces
    return sum(map(int, fields[CPU_FIELDS])) / os.sysconf("SC_CLK_TCK")


def memory(platform: Platform) -> dict[str, tuple[float, float]]:
    """Return the resident memory of each program of *platform*, now and at its peak, in MB."""
    resident = {name: _resident(pid) for name, pid in platform.pids().items()}
    return {name: seen for name, seen in resident.items() if seen is not None}


def _resident(pid: int) -> tuple[float, float] | None:
    """Return the resident memory of a process, now and at its peak, in MB; None if it has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return None
    found = {name: text for name, _, text in (line.partition(":") for line in lines)}
    now, most = (int(found[name].split()[0]) / 1000 for name in ("VmRSS", "VmHWM"))
    return now, most
