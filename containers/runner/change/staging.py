"""Copies the permitted changes from the work tree into the stage, reading each once, and then into the index.

The agent may still be running, and may swap folders, files and links between any two steps. Each file is
therefore opened without following links, and must still be what the survey found. The stage itself contains
no link: it has only folders and files that are created here. The target of a symbolic link is stored as the
text of a file, from which Git creates the link's object.
https://git-scm.com/docs/git-update-index
https://git-scm.com/docs/git-hash-object
"""

import contextlib
import os
import shutil
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from autocoder.shared.policy import EXECUTABLE, HEAD_BYTES, SYMLINK, Change
from autocoder.shared.redaction import Redactor
from runner.change.survey import (
    ENCODING,
    FOLDER,
    is_attributes,
    lines,
    mode_of,
    opened,
    parent,
    with_attribute,
)
from runner.files import open_regular
from runner.git import Git, GitError, GitTimeoutError

FILES, LINKS = "files", "links"
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_NO_OBJECT = "0" * 40


class SecretFoundError(Exception):
    """A changed file contains one of the run's own secrets. The text is its path."""


class FileChangedError(Exception):
    """A file was changed while it was read. The text says which one."""


class Stage(NamedTuple):
    """A folder that no other container can access."""

    folder: Path

    @property
    def files(self) -> Path:
        """The new files, under their own paths, as a work tree for Git."""
        return self.folder / FILES

    def take(self, changes: Collection[Change], workspace: Path, redactor: Redactor) -> list[Change]:
        """Copy *changes* into the stage; returns them with the size, head, mode and target that were read.

        Raises `SecretFoundError` when a file contains a secret of the run, `FileChangedError` when a file is
        no longer what the survey found, and `OSError` when one cannot be read.
        """
        for outer, _ in nested(change.path for change in changes if change.kind != "deleted"):
            raise FileChangedError(f"{outer} is a file and a folder at once")
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)  # fails if files of an earlier attempt are left
        for name in (FILES, LINKS):
            (self.folder / name).mkdir()
        with opened(workspace) as root, opened(self.files) as files:
            return [self._take(change, root, files, redactor) for change in changes]

    def leave_out(self, changes: Iterable[Change]) -> None:
        """Remove what was taken and is not published: Git would go by the attributes in it."""
        for change in changes:
            if change.kind != "deleted":
                with contextlib.suppress(OSError):
                    (self.files / change.path).unlink()

    def enter(self, git: Git, changes: Collection[Change]) -> None:
        """Add the staged *changes* to the index of *git*, converted as their attributes say.

        Links, files that the base has as they are, and files that Git cannot convert are stored as they are.
        """
        deleted = [change.path for change in changes if change.kind == "deleted"]
        new = [change for change in changes if change.kind != "deleted"]
        plain = [change for change in new if change.new_mode == SYMLINK or change.verbatim]
        files = [change for change in new if change.new_mode != SYMLINK and not change.verbatim]
        entries = "".join(f"0 {_NO_OBJECT}\t{path}\0" for path in deleted)
        self._enter_plain(git, plain, entries)
        self._convert(git, files)

    def _enter_plain(self, git: Git, plain: Collection[Change], entries: str = "") -> None:
        """Add *plain* to the index as they are, after *entries*; the files in the stage do not matter."""
        names = zip(plain, self._objects(git, plain), strict=True)
        entries += "".join(f"{change.new_mode:o} {name}\t{change.path}\0" for change, name in names)
        if entries:
            git.run("update-index", "-z", "--index-info", stdin=os.fsencode(entries))

    def _convert(self, git: Git, files: Collection[Change]) -> None:
        """Add *files* to the index, converted; a file that Git cannot convert is stored as it is."""
        try:
            self._update(git, files)
        except GitTimeoutError:
            raise
        except GitError:
            self._convert_singly(git, files)

    def _convert_singly(self, git: Git, files: Collection[Change]) -> None:
        """Add *files* to the index, one by one those whose encoding Git converts, because only that can fail.

        The files with attributes come first, because the index is asked which files those are.
        """
        attributes = [change for change in files if is_attributes(change.path)]
        self._convert_or_keep(git, attributes)
        others = [change for change in files if not is_attributes(change.path)]
        encoded = with_attribute(git, others, ENCODING)
        self._update(git, [change for change in others if change.path not in encoded])
        self._convert_or_keep(git, [change for change in others if change.path in encoded])

    def _convert_or_keep(self, git: Git, files: Iterable[Change]) -> None:
        """Add each of *files* to the index, converted, or as it is if Git cannot convert it."""
        plain = []
        for change in files:
            try:
                self._update(git, [change])
            except GitTimeoutError:
                raise
            except GitError:
                plain.append(change)
        self._enter_plain(git, plain)

    def _update(self, git: Git, files: Collection[Change]) -> None:
        """Add *files* to the index, converted. Raises `GitError` when one cannot be; then none is added."""
        if files:
            staged, stdin = git._replace(work_tree=self.files), lines(change.path for change in files)
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
            raise FileChangedError(f"{change.path} has a different size now")
        if redactor.holds_own_secret(content):
            raise SecretFoundError(change.path)
        _write(files, change.path, content, 0o755 if mode == EXECUTABLE else 0o644)
        return change._replace(new_mode=mode, head=content[:HEAD_BYTES])

    def _objects(self, git: Git, plain: Collection[Change]) -> list[str]:
        """Return the id of the object for each of *plain*, the target of a link or the file as it is."""
        if not plain:
            return []
        shutil.rmtree(self.folder / LINKS)  # those of an earlier call may share their content with a file
        (self.folder / LINKS).mkdir()
        places = [self.folder / LINKS / str(number) for number in range(len(plain))]
        for place, change in zip(places, plain, strict=True):
            if change.new_mode == SYMLINK:
                place.write_bytes(os.fsencode(change.link_target or ""))
            else:
                place.hardlink_to(self.files / change.path)
        stdin = "".join(f"{place}\n" for place in places).encode()
        return git.run("hash-object", "-w", "--no-filters", "--stdin-paths", stdin=stdin).decode().split()


def nested(paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield every pair of *paths* in which the first is a folder that contains the second."""
    above: list[str] = []
    for path in sorted(paths, key=lambda path: f"{path}/"):
        while above and not path.startswith(f"{above[-1]}/"):
            above.pop()
        yield from ((outer, path) for outer in above)
        above.append(path)


def _write(root: int, path: str, content: bytes, mode: int) -> None:
    """Create the file *path* under *root*, with its folders. It must not exist."""
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
