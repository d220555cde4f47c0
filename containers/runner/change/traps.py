"""What makes Git wait for ever in a file tree: pipes where it opens files, and files without end.

Looked for when Git takes long, and only then. Names come and go while we look; nothing but names, kinds and
sizes is looked at, and no link is followed.
"""

import contextlib
import os
import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from autocoder.shared.policy import Verdict
from runner.git import Git

MAX_ENTRIES = 1_000_000
MAX_DEPTH = 200
_READ_BY_GIT = frozenset({".git", ".gitignore", ".gitattributes"})
_ENTRY = re.compile(rb"([^\0]+)\0(?:  [^\0]*?\n)*?  size: (\d+)\tflags: [0-9a-f]+\n")
_HARMLESS = (stat.S_IFDIR, stat.S_IFLNK)
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class TrapError(Exception):
    """The file tree keeps Git from its work; its argument is the verdict on the path that does."""

    verdict: Verdict

    def __init__(self, verdict: Verdict) -> None:
        """Keep the *verdict*."""
        super().__init__(verdict.reason)
        self.verdict = verdict


def look_for_traps(git: Git, workspace: Path, largest: int) -> None:
    """Raise `TrapError` for the first trap in *workspace*; *largest* is the size of a file in bytes."""
    large: dict[str, int] = {}
    for number, (path, found) in enumerate(_walk(workspace)):
        if number >= MAX_ENTRIES:
            raise TrapError(Verdict("", "refuse", f"the folder holds more than {MAX_ENTRIES:,} files"))
        if stat.S_ISREG(found.st_mode):
            if found.st_size > largest:
                large[path] = found.st_size
        elif stat.S_IFMT(found.st_mode) not in _HARMLESS and not _READ_BY_GIT.isdisjoint(path.split("/")):
            raise TrapError(Verdict(path, "refuse", "a pipe, socket or device where Git reads a file"))
    sizes = _sizes(git) if large else {}
    for path, size in large.items():
        if sizes.get(path, size) != size:  # Git reads all of it, to see whether it is the same
            raise TrapError(Verdict(path, "refuse", f"{size:,} bytes; at most {largest:,} are allowed"))


def _walk(workspace: Path) -> Iterator[tuple[str, os.stat_result]]:
    """Yield all that there is, but for what is in the repository's own `.git`, where Git does not look."""
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
    """Return path and size of each file of the base as it was checked out, with its ends of lines.

    https://git-scm.com/docs/git-ls-files#Documentation/git-ls-files.txt---debug
    """
    found = _ENTRY.finditer(git.run("ls-files", "-z", "--debug"))
    sizes = {os.fsdecode(entry[1]): int(entry[2]) for entry in found}
    if 0 in sizes.values():  # empty, or written in the same moment as the index
        for record in git.run("ls-tree", "-r", "-l", "-z", "HEAD").split(b"\0"):
            fields, _, name = record.partition(b"\t")
            path, size = os.fsdecode(name), fields.rpartition(b" ")[2]
            if size.isdigit() and sizes.get(path) == 0:
                sizes[path] = int(size)
    return sizes
