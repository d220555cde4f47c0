"""What the agent has changed, as Git finds it, looked at through descriptors that follow no link.

The file tree may still change under our hands, and its names may be links. So Git only compares there; what
is judged, scanned and committed is read once (`runner.change.staging`) and compared with what is found here.
"""

import contextlib
import os
import stat
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

from autocoder.shared.policy import EXECUTABLE, GITLINK, REGULAR, SYMLINK, Change, Verdict
from runner.change.traps import TrapError, look_for_traps
from runner.git import Git, GitError, GitTimeoutError

ATTRIBUTES = ".gitattributes"
MAX_CHANGES = 20_000
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class Survey(NamedTuple):
    """The files of the base, as path -> mode, and what differs from them in the work tree."""

    base: Mapping[str, int]
    changes: tuple[Change, ...]


def survey(git: Git, workspace: Path, largest: int) -> Survey:
    """Return what differs between the index of *git*, which is the base, and *workspace*.

    *largest* is the size in bytes that a changed file may have. Raises `TrapError` when the file tree cannot
    be compared, or differs in more paths than anybody could look at.
    """
    index, suspects = _read_listing(_listed(git, workspace, largest))
    if len(suspects) > MAX_CHANGES:
        raise TrapError(_refusal(f"{len(suspects):,} paths differ; at most {MAX_CHANGES:,} are looked at"))
    with opened(workspace) as root:
        seen = (_look(root, path, index.get(path)) for path in sorted(suspects))
        changes = [change for change in seen if change is not None]
    changes = [*changes, *_displaced(changes, index)]
    if any(is_attributes(path) for path in index):
        changes = with_lfs(git, changes)
    return Survey(index, tuple(changes))


def _listed(git: Git, workspace: Path, largest: int) -> bytes:
    """Return what Git lists; it opens files of the agent's, which may be traps."""
    look = partial(look_for_traps, git, workspace, largest)
    options = ("-z", "-t", "-s", "-m", "-d", "-o", "--exclude-standard")
    try:
        return git.listing("ls-files", *options, slow=look)
    except GitTimeoutError as error:
        hint = "look for named pipes, endless files and repositories within the repository"
        raise TrapError(_refusal(f"the files could not be compared: {error}; {hint}")) from None
    except GitError as error:
        raise TrapError(_refusal(f"the files could not be compared: {error}")) from None


def _refusal(reason: str) -> Verdict:
    return Verdict("", "refuse", reason)


def is_attributes(path: str) -> bool:
    """Whether Git reads the file *path* for attributes."""
    return path.rpartition("/")[2] == ATTRIBUTES


def with_lfs(git: Git, changes: Iterable[Change]) -> list[Change]:
    """Return *changes* with those marked whose attribute `filter` is `lfs`, by what is in the index."""
    known = list(changes)
    if not known:
        return known
    asked = lines(change.path for change in known)
    fields = git.run("check-attr", "-z", "--stdin", "--cached", "filter", stdin=asked).split(b"\0")
    pairs = zip(fields[::3], fields[2::3], strict=False)
    lfs = {os.fsdecode(path) for path, value in pairs if value == b"lfs"}
    return [change._replace(lfs=change.lfs or change.path in lfs) for change in known]


def lines(paths: Iterable[str]) -> bytes:
    """Return *paths* as Git reads them with `-z`."""
    return b"".join(os.fsencode(path) + b"\0" for path in paths)


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
    found, target, name = None, None, path.rpartition("/")[2]
    with parent(root, path) as folder, contextlib.suppress(OSError, ValueError):
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
        target = os.readlink(name, dir_fd=folder) if stat.S_ISLNK(found.st_mode) else None
    if found is None or (stat.S_ISDIR(found.st_mode) and old_mode != GITLINK):
        return None if old_mode is None else Change(path, "deleted", old_mode)
    mode = GITLINK if stat.S_ISDIR(found.st_mode) else mode_of(found.st_mode)
    if old_mode is None:
        return Change(path, "added", None, mode, found.st_size, target)
    return Change(path, "modified", old_mode, mode, found.st_size, target)


def _displaced(changes: Collection[Change], index: Mapping[str, int]) -> Iterator[Change]:
    """Return the deletion of what lay in a folder where there is now a file or a link."""
    known, paths = {change.path for change in changes}, sorted(index)
    for change in changes:
        folder = f"{change.path}/"
        place = bisect_left(paths, folder) if change.kind == "added" else len(paths)
        while place < len(paths) and paths[place].startswith(folder):
            if paths[place] not in known:
                yield Change(paths[place], "deleted", index[paths[place]])
            place += 1


def mode_of(mode: int) -> int:
    """Return a mode as Git would write it; what no tree may have keeps its own."""
    if stat.S_ISREG(mode):
        return EXECUTABLE if mode & stat.S_IXUSR else REGULAR
    return SYMLINK if stat.S_ISLNK(mode) else stat.S_IFMT(mode)


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[int]:
    """Open *folder*, which is ours and may be named by a link."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def parent(root: int, path: str) -> Iterator[int]:
    """Open the folder of *path* under *root*, no link followed; where there is none, a number none has."""
    folder = os.dup(root)
    try:
        for name in path.split("/")[:-1]:
            inner = os.open(name, FOLDER, dir_fd=folder)
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
