"""Comparing a new commit with the commit it stands on, from the trees in a pack alone.

The new objects by themselves show neither deletions nor changed modes, so the pack also carries the base
commit and its trees along every changed path; where a tree is missing, both sides must name the same one.
Content that is not in the pack is in the repository already: the server takes no commit that lacks any.
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
    """What a path is on one side: its mode, the name of its content, its size where the pack holds it."""

    mode: int
    sha: bytes
    size: int | None = None


@dataclass(frozen=True, slots=True)
class TreeChange:
    """A path that differs: `old` is None when it was added, `new` when it was deleted.

    `renamed_from` is the deleted path that had the same content.
    """

    path: str
    old: FileVersion | None
    new: FileVersion | None
    renamed_from: str | None = None

    @property
    def kind(self) -> Literal["added", "modified", "deleted"]:
        """What happened to the path."""
        return "added" if self.old is None else "deleted" if self.new is None else "modified"


@dataclass(frozen=True, slots=True)
class CommitChange:
    """The new commit, the one it stands on, its text (author, committer, message), and what it changes."""

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
    """Return what *commit* changes; its only parent must be *base*, and the pack must hold what it adds.

    Raises `UnsafePack` also for objects in the pack that the commit does not use: nobody would look at them.
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
    """Yield each changed path with its new bytes; a submodule has none, nor has content that is not new."""
    before = {one.old.sha for one in change.changes if one.old is not None}
    for one in change.changes:
        if one.new is not None and one.new.size is not None and one.new.sha not in before:
            yield one.path, pack.read(one.new.sha, BLOB)


def policy_changes(pack: PackFile, change: CommitChange) -> Iterator[policy.Change]:
    """Yield what the policy judges: each changed path with its modes, size, first bytes or link target."""
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
    """A comparison of two trees, and which of the pack's objects it came by."""

    def __init__(self, pack: PackFile) -> None:
        self.pack = pack
        self.used: set[bytes] = set()

    def compare(self, old: bytes, new: bytes) -> Iterator[TreeChange]:
        """Yield the changes from tree *old* to tree *new*, in the order of their paths."""
        if old != new:
            yield from self._folder(old, new, b"", 0)

    def add_base_objects(self, tree: bytes) -> None:
        """Count as used what the base's trees in the pack name: it is in the repository already."""
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
        before, after = self._side(old, is_new=False), self._side(new, is_new=True)
        if before is not None or after is not None:
            yield TreeChange(_text(path), before, after)

    def _side(self, entry: _Entry | None, *, is_new: bool) -> FileVersion | None:
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
    """Return a commit's parents (as hexadecimal text) and its tree."""
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
    """Return a tree's entries; raises `UnsafePack` for names and modes that Git itself would not write."""
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
    """Return *changes* in which an added path knows the deleted one that had the same content."""
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
