"""What the agent's files were when they were checked out, so that only what it changed counts as changed.

Git compares a file after converting it as its attributes say. It takes a file that nobody renormalised since
the attributes came for a modified one, and would store it rewritten. Such a file is compared with what a
checkout of the base writes, and stored as it is. The checkout takes no more space than the same files took in
the workspace before the agent changed them.
https://git-scm.com/docs/gitattributes
https://git-scm.com/docs/git-checkout-index
"""

import os
import shutil
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import NamedTuple

from autocoder.shared.policy import Change
from runner.change.survey import FILE_MODES, Survey, is_attributes, lines, opened, parent
from runner.files import open_regular
from runner.git import Git, GitError, GitTimeoutError

PIECE = 1 << 20


class CheckedOut(NamedTuple):
    """A checkout of some of the base's files, in a folder that no other container can access."""

    git: Git  # its index is the base until the change is entered
    folder: Path
    surveyed: Survey

    def changes(self, workspace: int) -> list[Change]:
        """Return the changes without the files of *workspace* that are what was checked out.

        Raises `GitError` when Git fails.
        """
        known = list(self.surveyed.changes)
        still = [change for change in known if _is_still_a_file(change)]
        if not still or not self._has_attributes():
            return known
        self._check_out(change.path for change in still)
        same_mode = [change.path for change in still if change.old_mode == change.new_mode]
        with opened(self.folder) as base:
            same = {path for path in same_mode if _are_equal(base, workspace, path)}
        return [change for change in known if change.path not in same]

    def as_they_are(self, copies: Collection[Change], staged: Path) -> list[Change]:
        """Return *copies*, whose new files are in *staged*, marked where their attributes do not count.

        These are files that the base has as they are and that the attributes after the change would rewrite,
        and files that were only moved. `changes` was called before. Raises `GitError` when Git fails.
        """
        kept: set[str] = set()
        if self._has_attributes():
            kept = self._moved(copies, staged) | self._kept_by_the_base(copies, staged)
        return [change._replace(verbatim=change.path in kept) for change in copies]

    def _has_attributes(self) -> bool:
        changed = any(is_attributes(change.path) for change in self.surveyed.changes)
        return changed or bool(self.surveyed.attributes)

    def _check_out(self, paths: Iterable[str]) -> None:
        """Write the base's version of *paths*, and the attributes of the base, which alone count here."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.git.own(self.folder)
        git = self.git._replace(work_tree=self.folder)
        asked = lines({*paths, *self.surveyed.attributes})
        git.run("checkout-index", "--force", "-z", "--stdin", stdin=asked)

    def _moved(self, copies: Iterable[Change], staged: Path) -> set[str]:
        """Return the new files that have the content of a file of the base that was deleted."""
        deleted = (change.path for change in copies if change.kind == "deleted")
        gone = {self.surveyed.objects.get(path) for path in deleted}
        added = [change.path for change in copies if change.kind == "added" and change.new_mode in FILE_MODES]
        if not gone or not added:
            return set()
        ids = self._ids(staged, added, "--no-filters")
        return {path for path, name in zip(added, ids, strict=True) if name in gone}

    def _kept_by_the_base(self, copies: Collection[Change], staged: Path) -> set[str]:
        """Return the files that the base has as they are, although the attributes after the change differ."""
        objects = self.surveyed.objects
        still = [change.path for change in copies if _is_still_a_file(change)]
        if not still:
            return set()
        ids = zip(still, self._ids(self.folder, still, "--no-filters"), strict=True)
        plain = [path for path, name in ids if name == objects[path]]
        before = {path: (self.folder / path).read_bytes() for path in plain if is_attributes(path)}
        self._take_over_attributes(copies, staged)
        others = [path for path in plain if path not in before]
        converted = dict(zip(others, self._converted(others), strict=True))
        converted |= {path: self._converted_content(path, content) for path, content in before.items()}
        return {path for path in plain if converted[path] != objects[path]}

    def _take_over_attributes(self, copies: Iterable[Change], staged: Path) -> None:
        """Make the attributes in the folder those after the change."""
        changed = [change for change in copies if is_attributes(change.path)]
        for change in changed:
            _remove(self.folder / change.path)
        for change in changed:
            if change.kind != "deleted" and change.new_mode in FILE_MODES:
                place = self.folder / change.path
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(staged / change.path, place)

    def _converted(self, paths: Collection[str]) -> list[str | None]:
        """Return the id that each checked out file gets by its attributes, None if Git cannot convert it."""
        try:
            return [*self._ids(self.folder, paths)]
        except GitTimeoutError:
            raise
        except GitError:
            return [self._converted_content(path, (self.folder / path).read_bytes()) for path in paths]

    def _converted_content(self, path: str, content: bytes) -> str | None:
        """Return the id that *content* gets as the file *path*, None if Git cannot convert it."""
        git = self.git._replace(work_tree=self.folder)
        try:
            return git.run("hash-object", "--stdin", f"--path={path}", stdin=content).decode().strip()
        except GitTimeoutError:
            raise
        except GitError:
            return None

    def _ids(self, folder: Path, paths: Collection[str], *options: str) -> list[str]:
        """Return the id that each of the files *paths* in *folder* gets, under its own name."""
        git, names = self.git._replace(work_tree=folder), b"".join(map(_quoted, paths))
        return (
            git.run("-C", str(folder), "hash-object", *options, "--stdin-paths", stdin=names).decode().split()
        )


def _is_still_a_file(change: Change) -> bool:
    return change.kind == "modified" and {change.old_mode, change.new_mode} <= FILE_MODES


def _remove(place: Path) -> None:
    """Remove the file, if any, or the folder with a file's name that the change has replaced."""
    if place.is_dir():
        shutil.rmtree(place)
    else:
        place.unlink(missing_ok=True)


def _quoted(path: str) -> bytes:
    """Return a line with *path*, quoted as Git reads it: a name may contain the end of a line."""
    name = os.fsencode(path)
    if name.isascii() and path.isprintable() and not set(path) & set('"\\'):
        return name + b"\n"
    return b'"' + b"".join(b"\\%03o" % byte for byte in name) + b'"\n'


def _are_equal(base: int, workspace: int, path: str) -> bool:
    """Whether *path* has the same bytes in both folders; no link is followed."""
    name = path.rpartition("/")[2]
    with parent(base, path) as first, parent(workspace, path) as second:
        one, other = open_regular(name, first), open_regular(name, second)
    if one is None or other is None:
        for descriptor in filter(None, (one, other)):
            os.close(descriptor)
        return False
    with os.fdopen(one, "rb", buffering=0) as left, os.fdopen(other, "rb", buffering=0) as right:
        if os.fstat(one).st_size != os.fstat(other).st_size:
            return False
        while piece := left.read(PIECE):
            if piece != right.read(len(piece)):
                return False
        return not right.read(1)
