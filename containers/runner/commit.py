"""From the work tree to a commit and a pack: what policy lets through, and what the app needs to check it."""

import hashlib
import os
import re
import shutil
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from autocoder.policy import GITLINK, Change, Rules, Verdict, judge
from autocoder.redaction import Redactor
from runner.git import Git
from runner.survey import ATTRIBUTES, SecretFoundError, Survey, copy_changes, lfs_paths, lines, survey

TREE = 0o040000
STAGE = "stage"  # under the volume `repository`
PACK = "changes.pack"
MOST_COUNTED_FILES = 200
_NUMBERS = re.compile(rb"(\d+)\t(\d+)\t(.+)", re.DOTALL)


class Difference(NamedTuple):
    """Between two trees: the trees of both sides, the new files, and lines added and removed by path."""

    objects: frozenset[str]
    lines: Mapping[str, tuple[int, int]]


class Collected(NamedTuple):
    """What came of the agent's work: a commit or none, what was withheld, or why all of it is refused."""

    commit: str | None = None
    tree: str = ""
    difference: Difference = Difference(frozenset(), {})
    withheld: tuple[Verdict, ...] = ()
    refused: tuple[Verdict, ...] = ()


class Base(NamedTuple):
    """The commit the run started from, and its root tree."""

    commit: str
    tree: str


class Collector(NamedTuple):
    """Turns the work tree into a commit in *git*, whose index is the base's and which no agent can reach."""

    git: Git
    workspace: Path
    base: Base
    rules: Rules
    redactor: Redactor

    @property
    def stage(self) -> Path:
        """Where what passed is copied to, to be judged and committed."""
        return self.git.directory.parent / STAGE

    def collect(self, text: Mapping[str, Any]) -> Collected:
        """Commit what may go out, with run.json's `commit` as *text*; the same work gives the same commit."""
        surveyed = survey(Git(self.git.directory, self.workspace), self.workspace)
        verdicts = judge(surveyed.changes, self.rules)
        passed = _without(surveyed.changes, verdicts)
        verdicts += conflicts(passed, verdicts)
        refused = [verdict for verdict in verdicts if verdict.action == "refuse"]
        passed = _without(passed, verdicts)
        if not refused:
            refused = self._stage(passed, surveyed)
        withheld = tuple(verdict for verdict in verdicts if verdict.action == "withhold")
        if refused or not passed:
            return Collected(withheld=withheld, refused=tuple(refused))
        tree = self._write_tree(passed)
        if tree == self.base.tree:
            return Collected(withheld=withheld)
        return Collected(self._commit(tree, text), tree, self._difference(tree), withheld)

    def pack(self, collected: Collected) -> tuple[Path, dict[str, Any]]:
        """Write the pack; returns where it is, and what `result.json` says of it.

        It holds the commit, every tree and file that is new in it, and of the base the commit, its root and
        its trees along each changed path, so that both sides can be compared without any other object.
        """
        objects = {self.base.commit, self.base.tree, collected.commit or "", collected.tree}
        objects |= collected.difference.objects
        path = self.git.directory.parent / PACK
        with path.open("wb") as file:
            names = "".join(f"{name}\n" for name in sorted(objects)).encode()
            self.git.run("pack-objects", "--stdout", "-q", "--window=0", stdin=names, stdout=file.fileno())
        digest = hashlib.sha256()
        with path.open("rb") as file:
            while piece := file.read(1 << 20):
                digest.update(piece)
        told = {"commit": collected.commit, "bytes": path.stat().st_size, "sha256": digest.hexdigest()}
        return path, told

    def check_out(self, folder: Path, user: tuple[int, int] | None) -> None:
        """Fill *folder* with the commit, whose index is still there, as files of *user*."""
        shutil.rmtree(folder, ignore_errors=True)
        if user is not None:
            os.chown(folder.parent, *user)
        staged = Git(self.git.directory, self.stage, user=user)
        staged.run("checkout-index", "--all", "--force", f"--prefix={folder}/")

    def _stage(self, passed: Collection[Change], surveyed: Survey) -> list[Verdict]:
        """Copy what passed and judge the copies; returns why they are refused."""
        try:
            copies = copy_changes(passed, self.workspace, self.stage, self.redactor)
        except SecretFoundError as error:
            return [Verdict(str(error), "refuse", "the file holds a secret of this run")]
        except OSError as error:
            return [Verdict("", "refuse", f"a changed file could not be read: {error.strerror or error}")]
        paths = [change.path for change in copies]
        if any(path.rpartition("/")[2] == ATTRIBUTES for path in (*paths, *surveyed.base)):
            lfs = lfs_paths(Git(self.git.directory, self.stage), paths)
            copies = [change._replace(lfs=change.path in lfs) for change in copies]
        return list(judge(copies, self.rules))

    def _write_tree(self, changes: Collection[Change]) -> str:
        staged = Git(self.git.directory, self.stage)
        deleted = [change.path for change in changes if change.kind == "deleted"]
        new = [change.path for change in changes if change.kind != "deleted"]
        if deleted:  # by name alone: what stands in their place now must not matter
            staged.run("update-index", "--force-remove", "-z", "--stdin", stdin=lines(deleted))
        if new:
            arguments = ("update-index", "--add", "--replace", "-z", "--stdin")
            staged.run(*arguments, stdin=lines(new))
        return self.git.run("write-tree").decode().strip()

    def _difference(self, tree: str) -> Difference:
        form = ("-r", "-t", "-z", "--raw", "--numstat", "--no-abbrev", "--no-renames", "--no-ext-diff")
        return read_difference(self.git.run("diff-tree", *form, "--no-textconv", self.base.tree, tree))

    def _commit(self, tree: str, text: Mapping[str, Any]) -> str:
        date = f"@{int(datetime.fromisoformat(text['date']).timestamp())} +0000"
        variables = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
        for role in ("AUTHOR", "COMMITTER"):
            variables |= {f"GIT_{role}_NAME": text["authorName"], f"GIT_{role}_EMAIL": text["authorEmail"]}
        git = Git(self.git.directory, variables=variables)
        message = text["message"].encode()
        return git.run("commit-tree", tree, "-p", self.base.commit, stdin=message).decode().strip()


def conflicts(passed: Iterable[Change], verdicts: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """Return what must be withheld as well, because it stands in the place of something withheld."""
    kept = [verdict.path for verdict in verdicts if verdict.action == "withhold"]
    return tuple(
        Verdict(change.path, "withhold", f"in the place of {path}")
        for change in passed
        if change.kind != "deleted"
        for path in kept
        if path.startswith(f"{change.path}/") or change.path.startswith(f"{path}/")
    )


def _without(changes: Iterable[Change], verdicts: Iterable[Verdict]) -> tuple[Change, ...]:
    judged = {verdict.path for verdict in verdicts}
    return tuple(change for change in changes if change.path not in judged)


def read_difference(listed: bytes) -> Difference:
    """Return what `git diff-tree -z --raw --numstat` says: https://git-scm.com/docs/git-diff-tree."""
    objects: set[str] = set()
    lines: dict[str, tuple[int, int]] = {}
    records = iter(listed.split(b"\0"))
    for record in records:
        if record.startswith(b":"):
            old_mode, new_mode, old, new, _ = record[1:].decode().split(" ")
            if int(old_mode, 8) == TREE:
                objects.add(old)
            if int(new_mode, 8) not in (0, GITLINK):
                objects.add(new)
            next(records)  # its path
        elif (found := _NUMBERS.match(record)) and len(lines) < MOST_COUNTED_FILES:
            lines[os.fsdecode(found[3])] = (int(found[1]), int(found[2]))
    return Difference(frozenset(objects), lines)
