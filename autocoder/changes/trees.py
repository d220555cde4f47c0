"""Comparing a new commit with its parent, using only the trees in a pack.

New objects alone show neither deletions nor changed modes, so the pack also contains the parent and its trees
along every changed path. A tree that is missing must be the same on both sides. Content that is not in the
pack is already in the repository: the server rejects a commit with missing objects.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from autocoder.changes.pack import BLOB, COMMIT, TREE, PackFile
from autocoder.errors import UnsafePack
from autocoder.shared import policy
from autocoder.shared.policy import EXECUTABLE, GITLINK, REGULAR, SYMLINK

_FOLDER = 0o040000
_MODES = frozenset({REGULAR, EXECUTABLE, SYMLINK, GITLINK, _FOLDER, 0o100664})
_MAX_DEPTH = 100


@dataclass(frozen=True, slots=True)
class FileVersion:
    """One version of a path: its mode, the name of its content, and its size if the pack has the content."""

    mode: int
    sha: bytes
    size: int | None = None


@dataclass(frozen=True, slots=True)
class TreeChange:
    """A changed path: `old` is None if it was added, `new` if it was deleted.

    `renamed_from` is a deleted path with the same content.
    """

    path: str
    old: FileVersion | None
    new: FileVersion | None
    renamed_from: str | None = None

    @property
    def kind(self) -> Literal["added", "modified", "deleted"]:
        """The kind of change."""
        return "added" if self.old is None else "deleted" if self.new is None else "modified"


@dataclass(frozen=True, slots=True)
class CommitChange:
    """The new commit, its parent, its text (author, committer, message), and its changes."""

    commit: str
    parent: str
    text: str
    changes: tuple[TreeChange, ...]


@dataclass(frozen=True, slots=True)
class _Entry:
    name: bytes
    mode: int
    sha: bytes


def read_change(pack: PackFile, commit: str, base: str) -> CommitChange:
    """Return the changes of *commit*, whose only parent must be *base*.

    Raises `UnsafePack` when the parent is another commit, an object is missing or damaged, or the pack
    contains objects that the commit does not use, because those would not be checked.
    """
    new, old = bytes.fromhex(commit), bytes.fromhex(base)
    parents, tree = _commit(pack, new)
    if parents != [base.encode()]:
        raise UnsafePack("The parent of the commit in the pack is not the commit that the run started from.")
    base_tree = _commit(pack, old)[1]
    walk = _Walk(pack)
    changes = tuple(walk.compare(base_tree, tree))
    walk.used |= {new, old}
    walk.add_base_objects(base_tree)
    if any(sha not in walk.used for sha in pack):
        raise UnsafePack("The pack contains objects that the commit does not use.")
    text = pack.read(new, COMMIT).decode("utf-8", "replace")
    return CommitChange(commit, base, text, _with_renames(changes))


def new_blobs(pack: PackFile, change: CommitChange) -> Iterator[tuple[str, bytes]]:
    """Yield each changed path that has new content, with that content; submodules have none."""
    before = {one.old.sha for one in change.changes if one.old is not None}
    for one in change.changes:
        if one.new is not None and one.new.size is not None and one.new.sha not in before:
            yield one.path, pack.read(one.new.sha, BLOB)


def policy_changes(pack: PackFile, change: CommitChange) -> Iterator[policy.Change]:
    """Yield each change as the policy needs it: path, modes, size, first bytes, and link target."""
    for one in change.changes:
        new = one.new
        data = pack.read(new.sha, BLOB) if new is not None and new.size is not None else b""
        link = data.decode("utf-8", "surrogateescape") if new is not None and new.mode == SYMLINK else None
        yield policy.Change(
            path=one.path,
            kind=one.kind,
            old_mode=one.old.mode if one.old is not None else None,
            new_mode=new.mode if new is not None else None,
            size=len(data),
            link_target=link,
            head=data[: policy.HEAD_BYTES],
        )


class _Walk:
    """A comparison of two trees that records which of the pack's objects it used."""

    def __init__(self, pack: PackFile) -> None:
        self.pack = pack
        self.used: set[bytes] = set()

    def compare(self, old: bytes, new: bytes) -> Iterator[TreeChange]:
        """Yield the changes from tree *old* to tree *new*, in the order of their paths."""
        if old != new:
            yield from self._folder(old, new, b"", 0)

    def add_base_objects(self, tree: bytes) -> None:
        """Mark the objects in the base's trees as used: they are already in the repository."""
        waiting = [tree]
        seen: set[bytes] = set()
        while waiting:
            sha = waiting.pop()
            if sha in seen or sha not in self.pack:
                continue
            seen.add(sha)
            if self.pack.type_of(sha) == TREE:
                waiting.extend(entry.sha for entry in _entries(self.pack, sha))
        self.used |= seen

    def _folder(
        self, old: bytes | None, new: bytes | None, prefix: bytes, depth: int
    ) -> Iterator[TreeChange]:
        if depth > _MAX_DEPTH:
            raise UnsafePack("The commit has folders nested too deeply.")
        before = {entry.name: entry for entry in self._read(old)}
        after = {entry.name: entry for entry in self._read(new)}
        for name in sorted(before.keys() | after.keys()):
            yield from self._entry(before.get(name), after.get(name), prefix + name, depth)

    def _entry(self, old: _Entry | None, new: _Entry | None, path: bytes, depth: int) -> Iterator[TreeChange]:
        if old == new:
            return
        old_tree, new_tree = _folder_of(old), _folder_of(new)
        if old_tree != new_tree:
            yield from self._folder(old_tree, new_tree, path + b"/", depth + 1)
        before, after = self._version(old, is_new=False), self._version(new, is_new=True)
        if before is not None or after is not None:
            yield TreeChange(_text(path), before, after)

    def _version(self, entry: _Entry | None, *, is_new: bool) -> FileVersion | None:
        if entry is None or entry.mode == _FOLDER:
            return None
        if entry.mode == GITLINK or not is_new or entry.sha not in self.pack:
            if is_new and entry.mode == SYMLINK:
                raise UnsafePack("The pack lacks the target of a symbolic link.")
            return FileVersion(entry.mode, entry.sha)
        if self.pack.type_of(entry.sha) != BLOB:
            raise UnsafePack("A file of the commit is not a blob.")
        self.used.add(entry.sha)
        return FileVersion(entry.mode, entry.sha, self.pack.size_of(entry.sha))

    def _read(self, sha: bytes | None) -> list[_Entry]:
        if sha is None:
            return []
        self.used.add(sha)
        return _entries(self.pack, sha)


def _commit(pack: PackFile, sha: bytes) -> tuple[list[bytes], bytes]:
    """Return a commit's parents (in hexadecimal) and its tree."""
    header = pack.read(sha, COMMIT).split(b"\n\n", 1)[0].split(b"\n")
    trees = [line[5:] for line in header if line.startswith(b"tree ")]
    try:
        if len(trees) != 1 or not header[0].startswith(b"tree "):
            raise ValueError
        tree = bytes.fromhex(trees[0].decode("ascii"))
    except ValueError:
        raise UnsafePack(f"The commit {sha.hex()} is damaged.") from None
    return [line[7:] for line in header if line.startswith(b"parent ")], tree


def _entries(pack: PackFile, sha: bytes) -> list[_Entry]:
    """Return a tree's entries; raises `UnsafePack` for names and modes that Git does not allow."""
    from dulwich.errors import ObjectFormatException
    from dulwich.objects import parse_tree

    try:
        entries = [
            _Entry(name, mode, bytes.fromhex(hexadecimal.decode("ascii")))
            for name, mode, hexadecimal in parse_tree(pack.read(sha, TREE), 20)
        ]
    except (ObjectFormatException, ValueError):
        raise UnsafePack(f"The tree {sha.hex()} is damaged.") from None
    if len({entry.name for entry in entries}) != len(entries):
        raise UnsafePack("A folder of the commit lists a file twice.")
    if any(_is_unsafe(entry) for entry in entries):
        raise UnsafePack("The commit contains a name or a mode that Git does not allow.")
    return entries


def _is_unsafe(entry: _Entry) -> bool:
    name = entry.name
    return (
        name in (b"", b".", b"..")
        or b"/" in name
        or name.lower().rstrip(b". ") == b".git"
        or name.lower() == b"git~1"
        or entry.mode not in _MODES
    )


def _folder_of(entry: _Entry | None) -> bytes | None:
    return entry.sha if entry is not None and entry.mode == _FOLDER else None


def _text(path: bytes) -> str:
    try:
        return path.decode("utf-8")
    except UnicodeDecodeError:
        raise UnsafePack("The commit changes a path whose name is not UTF-8.") from None


def _with_renames(changes: tuple[TreeChange, ...]) -> tuple[TreeChange, ...]:
    """Return *changes* with `renamed_from` set on added paths that have the content of a deleted one."""
    gone: dict[bytes, list[str]] = {}
    for one in changes:
        if one.new is None and one.old is not None:
            gone.setdefault(one.old.sha, []).append(one.path)
    return tuple(
        TreeChange(one.path, None, one.new, gone[one.new.sha].pop(0))
        if one.old is None and one.new is not None and gone.get(one.new.sha)
        else one
        for one in changes
    )
