"""Lists what the agent has changed: Git compares the files, and each one is examined without following links.

The agent may still be changing files and links. Git therefore only compares in the work tree. Each changed
file is read once afterwards (`runner.change.staging`), and that copy is what is checked and committed.
https://git-scm.com/docs/git-ls-files
https://git-scm.com/docs/git-check-attr
"""

import contextlib
import os
import stat
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

from autocoder.shared.build_outputs import build_outputs
from autocoder.shared.globs import matches
from autocoder.shared.policy import EXECUTABLE, GITLINK, HEAD_BYTES, REGULAR, SYMLINK, Change, Rules
from autocoder.shared.rulings import Verdict
from runner.change.traps import TrapError, look_for_traps
from runner.files import read_regular
from runner.git import Git, GitError, GitTimeoutError

ATTRIBUTES = ".gitattributes"
ENCODING = "working-tree-encoding"
MAX_CHANGES = 20_000
FORM_BYTES = 16  # more than any program's form takes to be told
FILE_MODES = frozenset({REGULAR, EXECUTABLE})
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class Survey(NamedTuple):
    """What the base has and what differs from it in the work tree."""

    base: Mapping[str, int]  # path to mode
    attributes: tuple[str, ...]  # the base's regular files from which Git reads attributes
    objects: Mapping[str, str]  # path to the base's object, for files that may differ
    changes: tuple[Change, ...]
    outputs: Mapping[str, str] = {}  # path of build output, which is no change, to the name it is known by


def survey(git: Git, workspace: Path, rules: Rules) -> Survey:
    """Return the differences between *workspace* and the index of *git*, which holds the base.

    Build output is told apart by its names, before it is counted or looked at. Raises `TrapError` when the
    files cannot be compared, or when more than `MAX_CHANGES` other paths differ.
    """
    index, suspects, objects = _read_listing(_listed(git, workspace, rules.max_file_bytes))
    outputs = _outputs(workspace, suspects, index, rules)
    suspects -= outputs.keys()
    if len(suspects) > MAX_CHANGES:
        raise TrapError(_refusal(f"{len(suspects):,} paths differ; at most {MAX_CHANGES:,} are allowed"))
    with opened(workspace) as root:
        seen = (_look(root, path, index.get(path)) for path in sorted(suspects))
        changes = [change for change in seen if change is not None]
    changes = [*changes, *_displaced(changes, index)]
    attributes = tuple(filter(is_attributes, index))
    if attributes:
        changes = with_lfs(git, changes)
    regular = tuple(path for path in attributes if index[path] in FILE_MODES)
    return Survey(index, regular, objects, tuple(changes), outputs)


def _outputs(
    workspace: Path, suspects: Collection[str], index: Mapping[str, int], rules: Rules
) -> dict[str, str]:
    new = [path for path in suspects if path not in index]
    with opened(workspace) as root:
        return build_outputs(
            new,
            index.keys(),
            lambda path: matches(path, rules.allowed),
            partial(_is_binary, root),
            partial(_is_link, root),
        )


def _is_link(root: int, path: str) -> bool:
    with parent(root, path) as folder:
        try:
            return folder >= 0 and stat.S_ISLNK(os.lstat(path.rpartition("/")[2], dir_fd=folder).st_mode)
        except OSError:
            return False


def _is_binary(root: int, path: str) -> bool:
    return b"\0" in _head(root, path)


def _head(root: int, path: str) -> bytes:
    """Return the first bytes of a file, by which Git tells text from binary. Follows no link."""
    with parent(root, path) as folder:
        head = read_regular(path.rpartition("/")[2], HEAD_BYTES, folder=folder) if folder >= 0 else None
    return head or b""


def with_heads(changes: Iterable[Change], workspace: int) -> list[Change]:
    """Return *changes* with as much of the head of each binary file as tells what it is."""
    known = list(changes)
    heads = (b"" if change.kind == "deleted" else _head(workspace, change.path) for change in known)
    return [
        change._replace(head=head[:FORM_BYTES] + b"\0") if b"\0" in head else change
        for change, head in zip(known, heads, strict=True)
    ]


def _listed(git: Git, workspace: Path, max_bytes: int) -> bytes:
    """Return the output of `git ls-files`, which opens files of the agent and may block on them."""
    look = partial(look_for_traps, git, workspace, max_bytes)
    options = ("-z", "-t", "-s", "-m", "-d", "-o", "--exclude-standard")
    try:
        return git.listing("ls-files", *options, slow=look)
    except GitTimeoutError as error:
        hint = "look for named pipes, very large files and repositories inside the repository"
        raise TrapError(_refusal(f"Git could not compare the files: {error}; {hint}")) from None
    except GitError as error:
        raise TrapError(_refusal(f"Git could not compare the files: {error}")) from None


def _refusal(reason: str) -> Verdict:
    return Verdict("", "refuse", reason)


def is_attributes(path: str) -> bool:
    """Whether *path* is a file from which Git reads attributes."""
    return path.rpartition("/")[2] == ATTRIBUTES


def with_lfs(git: Git, changes: Iterable[Change]) -> list[Change]:
    """Return *changes*, marked as Git LFS if the attributes in the index say `filter=lfs`."""
    known = list(changes)
    filters = with_attribute(git, known, "filter")
    return [change._replace(lfs=change.lfs or filters.get(change.path) == b"lfs") for change in known]


def with_attribute(git: Git, changes: Collection[Change], name: str) -> dict[str, bytes]:
    """Return the paths of *changes* for which the attributes in the index specify *name*, with its value.

    https://git-scm.com/docs/git-check-attr#_output
    """
    if not changes:
        return {}
    asked = lines(change.path for change in changes)
    fields = git.run("check-attr", "-z", "--stdin", "--cached", name, stdin=asked).split(b"\0")
    pairs = zip(fields[::3], fields[2::3], strict=False)
    return {os.fsdecode(path): value for path, value in pairs if value != b"unspecified"}


def lines(paths: Iterable[str]) -> bytes:
    """Return *paths* in the format that Git reads with `-z`."""
    return b"".join(os.fsencode(path) + b"\0" for path in paths)


def _read_listing(listed: bytes) -> tuple[dict[str, int], set[str], dict[str, str]]:
    """Return the files of the index, the paths that may differ, and the objects that the index has for these.

    https://git-scm.com/docs/git-ls-files#_output
    """
    index: dict[str, int] = {}
    suspects: set[str] = set()
    objects: dict[str, str] = {}
    for record in listed.split(b"\0"):
        tag, _, rest = record.partition(b" ")
        if tag == b"?":
            suspects.add(os.fsdecode(rest))
        elif tag:
            fields, _, name = rest.partition(b"\t")
            path, (mode, found, _) = os.fsdecode(name), fields.split(b" ")
            index[path] = int(mode, 8)
            if tag != b"H":
                suspects.add(path)
                objects[path] = found.decode()
    return index, suspects, objects


def _look(root: int, path: str, old_mode: int | None) -> Change | None:
    """Return how *path* differs, or None if it exists neither in the base nor in the work tree."""
    if path.endswith("/"):  # how Git lists a repository inside the repository
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
    """Return the deletion of each file of a folder that a file or a link has replaced."""
    known, paths = {change.path for change in changes}, sorted(index)
    for change in changes:
        folder = f"{change.path}/"
        place = bisect_left(paths, folder) if change.kind == "added" else len(paths)
        while place < len(paths) and paths[place].startswith(folder):
            if paths[place] not in known:
                yield Change(paths[place], "deleted", index[paths[place]])
            place += 1


def mode_of(mode: int) -> int:
    """Return the mode that Git would store. Kinds of files that Git cannot store keep their own mode."""
    if stat.S_ISREG(mode):
        return EXECUTABLE if mode & stat.S_IXUSR else REGULAR
    return SYMLINK if stat.S_ISLNK(mode) else stat.S_IFMT(mode)


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[int]:
    """Open *folder* and close it afterwards. Its path is trusted, so it may contain a link."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def parent(root: int, path: str) -> Iterator[int]:
    """Open the folder of *path* under *root* without following links; yields -1 if there is none."""
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
