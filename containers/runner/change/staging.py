"""What passed, read once from the work tree into files of our own, and from there into the index.

The agent may still be alive, and swap folders, files and links between any two of our steps. So every file is
opened through descriptors that follow no link, and must be what was found before. On our side there is no
link at all that could be followed: the stage holds nothing but folders and files that are made here, and the
target of a symbolic link is kept as the text of a file, of which Git makes the link's object.
"""

import contextlib
import os
import shutil
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from autocoder.shared.policy import EXECUTABLE, HEAD_BYTES, SYMLINK, Change
from autocoder.shared.redaction import Redactor
from runner.change.survey import FOLDER, lines, mode_of, opened, parent
from runner.files import open_regular
from runner.git import Git

FILES, LINKS = "files", "links"
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_NO_OBJECT = "0" * 40


class SecretFoundError(Exception):
    """A changed file holds one of the run's own secrets; the text is its path."""


class FileChangedError(Exception):
    """A changed file is not what it was a moment before; the text says which one."""


class Stage(NamedTuple):
    """A folder of our own, which no other container has."""

    folder: Path

    @property
    def files(self) -> Path:
        """The new files, under their own paths, as a work tree for Git."""
        return self.folder / FILES

    def take(self, changes: Collection[Change], workspace: Path, redactor: Redactor) -> list[Change]:
        """Read what is new of *changes*; returns them as they are here, with heads, sizes and targets.

        Raises `SecretFoundError`, `FileChangedError`, and `OSError` for what cannot be read.
        """
        for outer, _ in nested(change.path for change in changes if change.kind != "deleted"):
            raise FileChangedError(f"{outer} is a file and a folder at once")
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)  # which must not be there: nothing of an earlier attempt is used
        for name in (FILES, LINKS):
            (self.folder / name).mkdir()
        with opened(workspace) as root, opened(self.files) as files:
            return [self._take(change, root, files, redactor) for change in changes]

    def enter(self, git: Git, changes: Collection[Change]) -> None:
        """Put *changes*, as they are here, into the index of *git*, converted as their attributes say."""
        links = [change for change in changes if change.kind != "deleted" and change.new_mode == SYMLINK]
        files = [change for change in changes if change.kind != "deleted" and change.new_mode != SYMLINK]
        deleted = [change.path for change in changes if change.kind == "deleted"]
        entries = [f"0 {_NO_OBJECT}\t{path}\0" for path in deleted]
        entries += [
            f"120000 {name}\t{link.path}\0"
            for link, name in zip(links, self._objects(git, links), strict=True)
        ]
        if entries:  # by name alone: what stands in their place now must not matter
            stdin = os.fsencode("".join(entries))
            git.run("update-index", "-z", "--index-info", stdin=stdin)
        if files:
            staged = git._replace(work_tree=self.files)
            stdin = lines(change.path for change in files)
            staged.run("update-index", "--add", "--replace", "-z", "--stdin", stdin=stdin)

    def _take(self, change: Change, root: int, files: int, redactor: Redactor) -> Change:
        if change.kind == "deleted":
            return change
        name = change.path.rpartition("/")[2]
        with parent(root, change.path) as folder:
            if change.new_mode == SYMLINK:
                target = os.readlink(name, dir_fd=folder)
                if redactor.holds_own_secret(os.fsencode(target)):
                    raise SecretFoundError(change.path)
                return change._replace(link_target=target, size=len(os.fsencode(target)))
            descriptor = open_regular(name, folder)
        if descriptor is None:
            raise FileChangedError(f"{change.path} cannot be read")
        with os.fdopen(descriptor, "rb") as file:
            content = file.read(change.size + 1)
            mode = mode_of(os.fstat(descriptor).st_mode)
        if len(content) != change.size:
            raise FileChangedError(f"{change.path} has another size now")
        if redactor.holds_own_secret(content):
            raise SecretFoundError(change.path)
        _write(files, change.path, content, 0o755 if mode == EXECUTABLE else 0o644)
        return change._replace(new_mode=mode, head=content[:HEAD_BYTES])

    def _objects(self, git: Git, links: Collection[Change]) -> list[str]:
        """Return the name of the object that holds the target of each of *links*."""
        if not links:
            return []
        places = [self.folder / LINKS / str(number) for number in range(len(links))]
        for place, link in zip(places, links, strict=True):
            place.write_bytes(os.fsencode(link.link_target or ""))
        stdin = "".join(f"{place}\n" for place in places).encode()
        return git.run("hash-object", "-w", "--no-filters", "--stdin-paths", stdin=stdin).decode().split()


def nested(paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield every two of *paths* of which the first is a folder above the second."""
    above: list[str] = []
    for path in sorted(paths, key=lambda path: f"{path}/"):
        while above and not path.startswith(f"{above[-1]}/"):
            above.pop()
        yield from ((outer, path) for outer in above)
        above.append(path)


def _write(root: int, path: str, content: bytes, mode: int) -> None:
    """Make the file *path* under *root*, with the folders above it; nothing may be in its place."""
    folder, names = os.dup(root), path.split("/")
    try:
        for name in names[:-1]:
            with contextlib.suppress(FileExistsError):
                os.mkdir(name, dir_fd=folder)
            inner = os.open(name, FOLDER, dir_fd=folder)
            os.close(folder)
            folder = inner
        with os.fdopen(os.open(names[-1], _NEW_FILE, mode, dir_fd=folder), "wb") as file:
            file.write(content)
    finally:
        os.close(folder)
