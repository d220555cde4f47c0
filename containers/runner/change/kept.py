"""Keeps what is not published: an archive of the agent's work, for a person with rights to it.

The agent may still be changing files. Each is opened without following links and read once; nothing of the
workspace is executed. Files with a secret of this run are left out, because the archive outlives the run.
https://docs.python.org/3/library/tarfile.html
https://www.gnu.org/software/tar/manual/html_node/Standard.html
"""

import io
import os
import stat
import tarfile
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from autocoder.shared.path_names import shown
from autocoder.shared.policy import EXECUTABLE, SYMLINK, Change
from autocoder.shared.redaction import Redactor
from autocoder.shared.rulings import Verdict
from runner.change.survey import mode_of, opened, parent
from runner.change.traps import MAX_ENTRIES, walk
from runner.files import open_regular
from runner.git import Git

MAX_FILE_BYTES = 50_000_000  # of one file, which is read into memory
MAX_FILES = 20_000
FILES, DELETED, LEFT_OUT, REASONS = "files/", "deleted.txt", "left-out.txt", "reasons.txt"


class Kept(NamedTuple):
    """How many files the archive has, and its size in bytes."""

    files: int
    bytes: int


class Archive:
    """An archive of changes: files under `files/`, and lists of what was deleted and of what is missing."""

    def __init__(self, place: Path, workspace: Path, redactor: Redactor, max_bytes: int) -> None:
        self._place, self._workspace, self._redactor = place, workspace, redactor
        self._left, self._files, self._more = max_bytes, 0, 0
        self._missing: list[str] = []
        self._links: set[str] = set()

    def write(self, changes: Collection[Change], verdicts: Iterable[Verdict]) -> Kept:
        """Write the new files of *changes*, the names of deleted ones, and why of the *verdicts*.

        Raises `OSError` when the archive cannot be written.
        """
        form, errors = tarfile.GNU_FORMAT, "surrogateescape"  # a name may be any bytes
        with (
            tarfile.open(self._place, "w", format=form, encoding="utf-8", errors=errors) as archive,
            opened(self._workspace) as root,
        ):
            deleted = [shown(change.path) for change in changes if change.kind == "deleted"]
            for change in changes:
                if change.kind != "deleted":
                    self._add(archive, root, change.path)
            if self._more:
                self._missing.append(f"and {self._more:,} more, because the archive has {MAX_FILES:,} files")
            reasons = [f"{shown(one.path)}: {one.reason}" if one.path else one.reason for one in verdicts]
            for name, lines in ((DELETED, deleted), (LEFT_OUT, self._missing), (REASONS, reasons)):
                self._add_text(archive, name, lines)
        return Kept(self._files, self._place.stat().st_size)

    def _add(self, archive: tarfile.TarFile, root: int, path: str) -> None:
        if self._files >= MAX_FILES:
            self._more += 1
            return
        problem = self._add_path(archive, root, path)
        if problem:
            self._missing.append(f"{shown(path)}: {problem}")

    def _add_path(self, archive: tarfile.TarFile, root: int, path: str) -> str:
        """Add a file or a link; return why it cannot be added, empty if it was."""
        if self._redactor.holds_own_secret(os.fsencode(path)):
            return "its name contains a secret of this run"
        if any(place in self._links for place in _above(path)):  # the agent changed it meanwhile
            return "it is below a link"
        name, entry = path.rpartition("/")[2], tarfile.TarInfo(FILES + path)
        with parent(root, path) as folder:
            try:
                target = os.readlink(name, dir_fd=folder) if folder >= 0 else None
            except OSError:
                target = None
            descriptor = open_regular(name, folder) if target is None and folder >= 0 else None
        if target is not None:
            return self._add_link(archive, entry, target)
        return "not a file" if descriptor is None else self._add_file(archive, entry, descriptor)

    def _add_link(self, archive: tarfile.TarFile, entry: tarfile.TarInfo, target: str) -> str:
        if self._redactor.holds_own_secret(os.fsencode(target)):
            return "it contains a secret of this run"
        entry.type, entry.linkname = tarfile.SYMTYPE, target
        self._links.add(entry.name.removeprefix(FILES))
        archive.addfile(entry)
        self._files += 1
        return ""

    def _add_file(self, archive: tarfile.TarFile, entry: tarfile.TarInfo, descriptor: int) -> str:
        with os.fdopen(descriptor, "rb") as file:
            found = os.fstat(descriptor)
            if found.st_size > min(self._left, MAX_FILE_BYTES):
                return f"{found.st_size:,} bytes are too many"
            content = file.read(found.st_size)
        if self._redactor.holds_own_secret(content):
            return "it contains a secret of this run"
        entry.size, entry.mtime = len(content), int(found.st_mtime)
        entry.mode = 0o755 if mode_of(found.st_mode) == EXECUTABLE else 0o644
        archive.addfile(entry, io.BytesIO(content))
        self._left -= len(content)
        self._files += 1
        return ""

    def _add_text(self, archive: tarfile.TarFile, name: str, lines: Collection[str]) -> None:
        if lines:
            content = self._redactor.redact("".join(f"{line}\n" for line in lines)).encode()
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))


def _above(path: str) -> Iterator[str]:
    """Yield each folder above *path*."""
    at = path.find("/")
    while at >= 0:
        yield path[:at]
        at = path.find("/", at + 1)


def newer_files(git: Git, workspace: Path) -> Iterator[Change]:
    """Yield the files of *workspace* that the index of *git* does not have or that are newer than the index.

    This is for work that Git cannot compare. An agent can hide a change from it, which harms only itself.
    Raises `GitError` when Git fails.
    """
    known = {os.fsdecode(name) for name in git.run("ls-files", "-z").split(b"\0")}
    since = (git.directory / "index").stat().st_mtime_ns
    for path, found in islice(walk(workspace), MAX_ENTRIES):
        mode = mode_of(found.st_mode)
        is_new = path not in known or found.st_mtime_ns > since
        if is_new and ".git" not in path.split("/") and not stat.S_ISDIR(found.st_mode):
            target = "" if mode == SYMLINK else None
            yield Change(path, "added", None, mode, found.st_size, target)
