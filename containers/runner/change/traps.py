"""Finds files that would block Git for ever: pipes in the place of files, and files that keep growing.

The search runs only when Git takes long. Files may come and go during the search; it reads names, kinds and
sizes only, and follows no symbolic link.
https://git-scm.com/docs/git-ls-files
"""

import contextlib
import os
import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from autocoder.shared.rulings import Verdict
from runner.git import Git

MAX_ENTRIES = 1_000_000
MAX_DEPTH = 200
_READ_BY_GIT = frozenset({".git", ".gitignore", ".gitattributes"})
_ENTRY = re.compile(rb"([^\0]+)\0(?:  [^\0]*?\n)*?  size: (\d+)\tflags: [0-9a-f]+\n")
_HARMLESS = (stat.S_IFDIR, stat.S_IFLNK)
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class TrapError(Exception):
    """The file tree cannot be compared; `verdict` names the path and the reason."""

    verdict: Verdict

    def __init__(self, verdict: Verdict) -> None:
        """Create the error from the *verdict* on the change."""
        super().__init__(verdict.reason)
        self.verdict = verdict


def look_for_traps(git: Git, workspace: Path, max_bytes: int) -> None:
    """Search *workspace* for files that block Git; *max_bytes* is the maximum size of a changed file.

    Raises `TrapError` for the first such file, or when there are too many files to search.
    """
    large: dict[str, int] = {}
    for number, (path, found) in enumerate(walk(workspace)):
        if number >= MAX_ENTRIES:
            reason = f"the work tree has more than {MAX_ENTRIES:,} files and folders"
            raise TrapError(Verdict("", "refuse", reason))
        if stat.S_ISREG(found.st_mode):
            if found.st_size > max_bytes:
                large[path] = found.st_size
        elif stat.S_IFMT(found.st_mode) not in _HARMLESS and not _READ_BY_GIT.isdisjoint(path.split("/")):
            reason = "a pipe, socket or device in the place of a file that Git reads"
            raise TrapError(Verdict(path, "refuse", reason))
    sizes = _sizes(git) if large else {}
    for path, size in large.items():
        if sizes.get(path, size) != size:  # its size has changed, so Git reads all of it to compare
            raise TrapError(Verdict(path, "refuse", f"{size:,} bytes; at most {max_bytes:,} are allowed"))


def walk(workspace: Path) -> Iterator[tuple[str, os.stat_result]]:
    """Yield every path in *workspace* with its status, except inside the repository's own `.git`."""
    with contextlib.suppress(OSError):
        root = os.open(workspace, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            yield from _walk_folder(root, "", 0)
        finally:
            os.close(root)


def _walk_folder(folder: int, above: str, depth: int) -> Iterator[tuple[str, os.stat_result]]:
    inner: list[str] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                inner.append(entry.name)
            with contextlib.suppress(OSError):
                yield above + entry.name, entry.stat(follow_symlinks=False)
    for name in inner if depth < MAX_DEPTH else ():
        if depth or name != ".git":
            with contextlib.suppress(OSError):
                descriptor = os.open(name, _FOLDER, dir_fd=folder)
                try:
                    yield from _walk_folder(descriptor, f"{above}{name}/", depth + 1)
                finally:
                    os.close(descriptor)


def _sizes(git: Git) -> Mapping[str, int]:
    """Return path and size of each file of the base as it was checked out, after conversion of line ends.

    https://git-scm.com/docs/git-ls-files#Documentation/git-ls-files.txt---debug
    """
    found = _ENTRY.finditer(git.run("ls-files", "-z", "--debug"))
    sizes = {os.fsdecode(entry[1]): int(entry[2]) for entry in found}
    if 0 in sizes.values():  # the file is empty, or was written in the same moment as the index
        for record in git.run("ls-tree", "-r", "-l", "-z", "HEAD").split(b"\0"):
            fields, _, name = record.partition(b"\t")
            path, size = os.fsdecode(name), fields.rpartition(b" ")[2]
            if size.isdigit() and sizes.get(path) == 0:
                sizes[path] = int(size)
    return sizes
