"""What the agent has changed: found by Git, then copied once, safely, to where it cannot be changed again.

The work tree may still change under our hands, and its names may be links. So Git only compares there;
what is judged, scanned and committed is a copy on a volume of our own, made through descriptors that follow
no link.
"""

import contextlib
import os
import shutil
import stat
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from autocoder.policy import EXECUTABLE, GITLINK, HEAD_BYTES, REGULAR, SYMLINK, Change
from autocoder.redaction import Redactor
from runner.files import open_regular
from runner.git import Git

ATTRIBUTES = ".gitattributes"
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class SecretFoundError(Exception):
    """A changed file holds one of the run's own secrets; the text is its path."""


class Survey(NamedTuple):
    """The files of the base, as path -> mode, and what differs from them in the work tree."""

    base: Mapping[str, int]
    changes: tuple[Change, ...]


def survey(git: Git, workspace: Path) -> Survey:
    """Return what differs between the index of *git*, which is the base, and *workspace*."""
    listed = git.run("ls-files", "-z", "-t", "-s", "-m", "-d", "-o", "--exclude-standard")
    index, suspects = _read_listing(listed)
    with _opened(workspace) as root:
        seen = (_look(root, path, index.get(path)) for path in sorted(suspects))
        changes = [change for change in seen if change is not None]
    changes += _displaced(changes, index)
    if any(path.rpartition("/")[2] == ATTRIBUTES for path in index):
        lfs = lfs_paths(git, [change.path for change in changes], "--cached")
        changes = [change._replace(lfs=change.path in lfs) for change in changes]
    return Survey(index, tuple(changes))


def lfs_paths(git: Git, paths: Collection[str], *options: str) -> set[str]:
    """Return those of *paths* whose attribute `filter` is `lfs`."""
    if not paths:
        return set()
    listed = git.run("check-attr", "-z", "--stdin", *options, "filter", stdin=lines(paths))
    fields = listed.split(b"\0")
    return {
        os.fsdecode(path) for path, value in zip(fields[::3], fields[2::3], strict=False) if value == b"lfs"
    }


def lines(paths: Collection[str]) -> bytes:
    """Return *paths* as Git reads them with `-z`."""
    return b"".join(os.fsencode(path) + b"\0" for path in paths)


def copy_changes(
    changes: Collection[Change], workspace: Path, stage: Path, redactor: Redactor
) -> list[Change]:
    """Copy what is new of *changes* to *stage*; returns them as they are there, with heads and true sizes.

    Raises `SecretFoundError` when a file holds one of the run's own secrets.
    """
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir(parents=True)
    with _opened(workspace) as root:
        return [_copy(change, root, stage, redactor) for change in changes]


def _read_listing(listed: bytes) -> tuple[dict[str, int], set[str]]:
    """Return the index, and the paths that may differ; https://git-scm.com/docs/git-ls-files#_output."""
    index: dict[str, int] = {}
    suspects: set[str] = set()
    for record in listed.split(b"\0"):
        tag, _, rest = record.partition(b" ")
        if tag == b"?":
            suspects.add(os.fsdecode(rest))
        elif tag:
            fields, _, name = rest.partition(b"\t")
            path = os.fsdecode(name)
            index[path] = int(fields.split(b" ")[0], 8)
            if tag != b"H":
                suspects.add(path)
    return index, suspects


def _look(root: int, path: str, old_mode: int | None) -> Change | None:
    """Return how *path* differs, or None when there is nothing there any more that ever was."""
    if path.endswith("/"):  # Git lists a repository within the repository like this
        return Change(path.rstrip("/"), "added", new_mode=GITLINK)
    found, name = None, path.rpartition("/")[2]
    with _parent(root, path) as folder, contextlib.suppress(OSError, ValueError):
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
        target = os.readlink(name, dir_fd=folder) if stat.S_ISLNK(found.st_mode) else None
    if found is None or (stat.S_ISDIR(found.st_mode) and old_mode != GITLINK):
        return None if old_mode is None else Change(path, "deleted", old_mode)
    mode = GITLINK if stat.S_ISDIR(found.st_mode) else _mode(found.st_mode)
    if old_mode is None:
        return Change(path, "added", None, mode, found.st_size, target)
    return Change(path, "modified", old_mode, mode, found.st_size, target)


def _displaced(changes: Collection[Change], index: Mapping[str, int]) -> Iterator[Change]:
    """Return the deletion of what lay in a folder where there is now a file or a link."""
    tops = {change.path for change in changes if change.kind == "added"}
    known = {change.path for change in changes}
    for path, mode in index.items() if tops else ():
        parents = path.split("/")[:-1]
        if path not in known and any("/".join(parents[: n + 1]) in tops for n in range(len(parents))):
            yield Change(path, "deleted", mode)


def _copy(change: Change, root: int, stage: Path, redactor: Redactor) -> Change:
    if change.kind == "deleted":
        return change
    place = stage / change.path
    place.parent.mkdir(parents=True, exist_ok=True)
    with _parent(root, change.path) as folder:
        if change.new_mode == SYMLINK:
            target = os.readlink(place.name, dir_fd=folder)
            place.symlink_to(target)
            return change._replace(link_target=target, size=len(os.fsencode(target)))
        descriptor = open_regular(place.name, folder)
        if descriptor is None:
            raise OSError(f"{change.path} cannot be read")
    with os.fdopen(descriptor, "rb") as file:
        content = file.read(change.size + 1)  # it was judged by this size; a larger one is cut and differs
        mode = _mode(os.fstat(descriptor).st_mode)
    if redactor.holds_own_secret(content):
        raise SecretFoundError(change.path)
    place.write_bytes(content)
    place.chmod(0o755 if mode == EXECUTABLE else 0o644)
    return change._replace(new_mode=mode, size=len(content), head=content[:HEAD_BYTES])


def _mode(mode: int) -> int:
    """Return a mode as Git would write it; what no tree may have keeps its own."""
    if stat.S_ISREG(mode):
        return EXECUTABLE if mode & stat.S_IXUSR else REGULAR
    return SYMLINK if stat.S_ISLNK(mode) else stat.S_IFMT(mode)


@contextlib.contextmanager
def _opened(folder: Path) -> Iterator[int]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _parent(root: int, path: str) -> Iterator[int]:
    """Open the folder of *path* under *root*, no link followed; where there is none, a number none has."""
    folder = os.dup(root)
    try:
        for name in path.split("/")[:-1]:
            inner = os.open(name, _FOLDER, dir_fd=folder)
            os.close(folder)
            folder = inner
    except OSError:
        os.close(folder)
        folder = -1
    try:
        yield folder
    finally:
        if folder >= 0:
            os.close(folder)
