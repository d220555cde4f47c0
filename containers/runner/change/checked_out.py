"""What the agent's files were when they were checked out, so that only what it changed counts as changed.

Git compares a file after converting it as its attributes say. It takes a file that nobody renormalised since
the attributes came for a modified one, and would store it rewritten. Such a file is compared with what a
checkout of the base writes, and stored as it is.
https://git-scm.com/docs/gitattributes
https://git-scm.com/docs/git-checkout-index
"""

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from autocoder.shared.policy import EXECUTABLE, REGULAR, Change
from runner.change.survey import lines, opened, parent
from runner.files import open_regular
from runner.git import Git

PIECE = 1 << 20


class CheckedOut(NamedTuple):
    """A checkout of some of the base's files, in a folder that no other container can access."""

    git: Git  # its index is the base
    folder: Path
    attributes: tuple[str, ...] = ()  # the base's files from which Git reads attributes

    def without_untouched(self, changes: Iterable[Change], workspace: int) -> list[Change]:
        """Return *changes* without the files of *workspace* that are what was checked out.

        Raises `GitError` when Git fails.
        """
        known = list(changes)
        modified = [change.path for change in known if _may_be_untouched(change)]
        if not modified:
            return known
        self._check_out(modified)
        with opened(self.folder) as base:
            same = {path for path in modified if _are_equal(base, workspace, path)}
        return [change for change in known if change.path not in same]

    def as_they_are(self, changes: Iterable[Change], objects: Mapping[str, str]) -> list[Change]:
        """Return *changes*, marked where the base has a file that differs from what its attributes ask for.

        *objects* has the id of each file of the base. `without_untouched` was called before.
        """
        known = list(changes)
        there = [change.path for change in known if _may_be_untouched(change)]
        if not there or not self.attributes:
            return known
        plain, converted = (self._ids(there, *options) for options in (("--no-filters",), ()))
        kept = {
            path
            for path, raw, clean in zip(there, plain, converted, strict=True)
            if raw == objects[path] != clean
        }
        return [change._replace(verbatim=change.path in kept) for change in known]

    def _check_out(self, paths: Iterable[str]) -> None:
        """Write the base's version of *paths*, and the attributes of the base, which alone count here."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        git = self.git._replace(work_tree=self.folder)
        git.run("checkout-index", "--force", "-z", "--stdin", stdin=lines({*paths, *self.attributes}))

    def _ids(self, paths: Iterable[str], *options: str) -> Iterator[str]:
        """Return the id that each checked out file gets, under its own name."""
        git = self.git._replace(work_tree=self.folder)
        command = ("-C", str(self.folder), "hash-object", *options, "--stdin-paths")
        return iter(git.run(*command, stdin=b"".join(map(_quoted, paths))).decode().split())


def _may_be_untouched(change: Change) -> bool:
    modes = {change.old_mode, change.new_mode}
    return change.kind == "modified" and len(modes) == 1 and modes <= {REGULAR, EXECUTABLE}


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
