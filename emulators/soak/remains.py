"""What a platform leaves on the machine: processes, temporary folders, and secrets where they do not belong.

https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html
"""

import os
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

CALLBACK = re.compile(rb"autocoder-callback-[0-9A-Za-z_-]{16,}")
TELLING = ("cmdline", "environ", "mountinfo")  # what shows that a process belongs to a folder
TEMPORARY = "autocoder-*"
OLD_SECONDS = 2 * 3600  # the app deletes a folder that a killed process left when it is an hour old
SECRET_FOLDERS = ("logs", "azurite", "functions_host")
RIGHTFUL = ("keys.json", "local.settings.json")


def processes_of(folder: Path) -> list[str]:
    """Return the live processes, other than this one, that were given *folder* or have it mounted."""
    mark = folder.name.encode()
    return [
        f"{pid.name}: {_read(pid / 'cmdline').replace(bytes(1), b' ').decode(errors='replace')[:200]}"
        for pid in Path("/proc").glob("[0-9]*")
        if int(pid.name) != os.getpid() and any(mark in _read(pid / name) for name in TELLING)
    ]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # it has ended, or is another user's
        return b""


def temporary_folders(root: Path) -> list[str]:
    """Return the app's temporary folders in *root*."""
    return sorted(path.name for path in root.glob(TEMPORARY))


def make_old(root: Path) -> None:
    """Make the temporary folders that are left as old as the app lets them become."""
    moment = time.time() - OLD_SECONDS
    for path in root.glob(TEMPORARY):
        os.utime(path, (moment, moment))


def stored(state: Path) -> Iterator[tuple[str, bytes]]:
    """Yield each file of logs, rows, blobs and histories with its content, by a name for people."""
    for name in SECRET_FOLDERS:
        for path in sorted((state / name).rglob("*")):
            if path.is_file() and path.name not in RIGHTFUL:
                yield str(path.relative_to(state)), _read(path)


def secrets_in(texts: Iterable[tuple[str, bytes]], secrets: Mapping[str, str]) -> list[str]:
    """Return where one of *secrets* or the callback token of any run is, by name; never the secret itself."""
    wanted = {name: value.encode() for name, value in secrets.items() if value}
    found = []
    for where, content in texts:
        found += [f"{where}: {name}" for name, value in wanted.items() if value in content]
        found += [f"{where}: callback token"] if CALLBACK.search(content) else []
    return found
