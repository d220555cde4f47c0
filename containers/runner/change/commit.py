"""Turns the permitted changes in the work tree into a commit, and into a pack that the app can check.

https://git-scm.com/docs/git-commit-tree
https://git-scm.com/docs/git-pack-objects
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from autocoder.shared.build_outputs import build_outputs
from autocoder.shared.path_names import shown
from autocoder.shared.policy import SYMLINK, Change, Rules, judge
from autocoder.shared.redaction import Redactor
from autocoder.shared.rulings import Verdict, verdict_on
from runner.background import BackgroundCall
from runner.change.checked_out import CheckedOut
from runner.change.collected import CollectedChange, Difference, read_difference
from runner.change.kept import Archive, Kept, newer_files
from runner.change.staging import FileChangedError, SecretFoundError, Stage
from runner.change.survey import (
    ENCODING,
    Survey,
    is_attributes,
    opened,
    survey,
    with_attribute,
    with_heads,
    with_lfs,
)
from runner.change.traps import TrapError
from runner.change.verdicts import acted, with_conflicts, without
from runner.git import Git, GitError, GitTimeoutError

STAGE, CHECKED_OUT = "stage", "checked-out"  # under the volume `repository`
PACK, UNPUBLISHED = "changes.pack", "unpublished.tar"
TOO_MANY = ("too many files", "too many bytes")
MAX_NEWER = 100_000  # files that look new and are told apart where Git cannot compare them
MAX_ENTRIES = 3  # of the changes into the index, while new attributes withhold some of them


class Base(NamedTuple):
    """The commit the run started from, and its root tree."""

    commit: str
    tree: str


class Collector(NamedTuple):
    """Turns the work tree into a commit in *git*, whose index is the base and which no agent can access."""

    git: Git
    workspace: Path
    base: Base
    rules: Rules
    redactor: Redactor
    reader: tuple[int, int] | None = None  # uid and gid of Git when it reads the workspace

    @property
    def stage(self) -> Stage:
        """The copy of the changed files that is checked and committed."""
        return Stage(self.git.directory.parent / STAGE)

    def collect(self, text: Mapping[str, Any]) -> CollectedChange:
        """Commit the permitted changes, with author, date and message from *text*, run.json's `commit`.

        The same changes give the same commit id. Raises `GitError` when Git fails for another reason than the
        agent's files.
        """
        surveyed = None
        try:
            surveyed = self._survey()
            collected = self._collect(surveyed, text)
            return collected._replace(outputs=Counter(surveyed.outputs.values()))
        except TrapError as trap:
            return self._without_comparison(trap.verdict)
        except GitTimeoutError as error:  # caused by the files that Git had to read
            return self._without_comparison(verdict_on("", "unreadable", error), surveyed)

    def keep(self, collected: CollectedChange) -> tuple[Path, Kept]:
        """Write the archive of what is not published; returns its path, and what it has.

        Raises `OSError` when it cannot be written.
        """
        path = self.git.directory.parent / UNPUBLISHED
        archive = Archive(path, self.workspace, self.redactor, self.rules.max_total_bytes)
        return path, archive.write(collected.unpublished, (*collected.refused, *collected.withheld))

    def _without_comparison(self, refusal: Verdict, surveyed: Survey | None = None) -> CollectedChange:
        """Return a refused change; if Git cannot tell its files, those that look new are kept."""
        if surveyed is not None:
            return CollectedChange(refused=(refusal,), unpublished=surveyed.changes)
        try:
            found = islice(newer_files(self.git, self.workspace), MAX_NEWER)
            kept = {change.path: change for change in found}
        except (GitError, OSError):
            kept = {}
        links = {path for path, change in kept.items() if change.new_mode == SYMLINK}
        outputs = build_outputs(kept.keys(), (), lambda _: False, lambda _: True, links.__contains__)
        unpublished = tuple(change for path, change in kept.items() if path not in outputs)
        return CollectedChange(refused=(refusal,), unpublished=unpublished)

    def _survey(self) -> Survey:
        reading = self.git._replace(work_tree=self.workspace, user=self.reader)
        return survey(reading, self.workspace, self.rules)

    def _collect(self, surveyed: Survey, text: Mapping[str, Any]) -> CollectedChange:
        checked_out = CheckedOut(self.git, self.git.directory.parent / CHECKED_OUT, surveyed)
        with opened(self.workspace) as workspace:
            changes = checked_out.changes(workspace)
        verdicts = with_conflicts(changes, self._judged(changes))
        if not acted(verdicts, "refuse"):
            verdicts += self._enter(without(changes, verdicts), checked_out)
        refused, withheld = acted(verdicts, "refuse"), acted(verdicts, "withhold")
        dropped = acted(verdicts, "drop")
        if refused:
            kept = without(changes, dropped)
            return CollectedChange(withheld=withheld, refused=refused, unpublished=kept)
        paths = {verdict.path for verdict in withheld}
        kept = tuple(change for change in changes if change.path in paths)
        tree = self.git.run("write-tree").decode().strip()
        if tree == self.base.tree:
            return CollectedChange(withheld=withheld, unpublished=kept)
        comparing = BackgroundCall(lambda: self._difference(tree))
        commit = self._commit(tree, text)
        return CollectedChange(commit, tree, comparing.wait(), withheld, unpublished=kept)

    def pack(self, collected: CollectedChange) -> tuple[Path, dict[str, Any]]:
        """Write the pack; returns its path and its entry in `result.json`.

        The pack contains the commit with its new trees and files, and of the base the commit, the root tree
        and the trees along each changed path. The app can compare both sides without any other object.
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
        entry = {"commit": collected.commit, "bytes": path.stat().st_size, "sha256": digest.hexdigest()}
        return path, entry

    def check_out(self, folder: Path, seconds: float) -> None:
        """Check out the commit, which is still in the index, into *folder*, which is the supervisor's own.

        Raises `GitError` when Git fails or takes longer than *seconds*, and `OSError` when *folder* exists.
        """
        self.git.own(folder)
        staged = self.git._replace(work_tree=self.stage.files, seconds=seconds)
        staged.run("checkout-index", "--all", "--force", f"--prefix={folder}/")

    def _judged(self, changes: Collection[Change]) -> tuple[Verdict, ...]:
        """Judge *changes*; if they are too many, without those that turn out to be binary."""
        verdicts = judge(changes, self.rules)
        if not any(one.kind in TOO_MANY for one in verdicts):
            return verdicts
        with opened(self.workspace) as workspace:
            return judge(with_heads(changes, workspace), self.rules)

    def _enter(self, passed: Collection[Change], checked_out: CheckedOut) -> tuple[Verdict, ...]:
        """Stage the changes, judge the staged files and add those that pass to the index."""
        try:
            copies = self.stage.take(passed, self.workspace, self.redactor) if passed else []
        except SecretFoundError as error:
            return (verdict_on(str(error), "own secret"),)
        except FileChangedError as error:
            return (verdict_on("", "unsteady", shown(str(error))),)
        except OSError as error:
            return (verdict_on("", "unreadable", error.strerror or error),)
        return self._enter_copies(copies, checked_out)

    def _enter_copies(self, copies: Collection[Change], checked_out: CheckedOut) -> tuple[Verdict, ...]:
        verdicts = with_conflicts(copies, judge(copies, self.rules))
        for _ in range(MAX_ENTRIES):
            staged = without(copies, verdicts)
            if acted(verdicts, "refuse") or not staged:
                return verdicts
            kept = {change.path for change in staged}
            self.stage.leave_out(change for change in copies if change.path not in kept)
            self.stage.enter(self.git, checked_out.as_they_are(staged, self.stage.files))
            has_attributes = any(is_attributes(change.path) for change in staged)  # else none are new
            further = self._judge_attributes(staged) if has_attributes else ()
            if not further:
                return verdicts
            self.git.run("read-tree", self.base.tree)
            verdicts = with_conflicts(copies, verdicts + further)
        return (*verdicts, verdict_on("", "unsteady", "their attributes"))

    def _judge_attributes(self, staged: Collection[Change]) -> tuple[Verdict, ...]:
        """Judge *staged* by the attributes that the index now has."""
        return (*judge(with_lfs(self.git, staged), self.rules), *without_encoding(self.git, staged))

    def _difference(self, tree: str) -> Difference:
        form = ("-r", "-t", "-z", "--raw", "--numstat", "--no-abbrev", "--no-renames", "--no-ext-diff")
        return read_difference(self.git.run("diff-tree", *form, "--no-textconv", self.base.tree, tree))

    def _commit(self, tree: str, text: Mapping[str, Any]) -> str:
        date = f"@{int(datetime.fromisoformat(text['date']).timestamp())} +0000"
        variables = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
        for role in ("AUTHOR", "COMMITTER"):
            variables |= {f"GIT_{role}_NAME": text["authorName"], f"GIT_{role}_EMAIL": text["authorEmail"]}
        git = self.git._replace(variables=variables)
        message = text["message"].encode()
        return git.run("commit-tree", tree, "-p", self.base.commit, stdin=message).decode().strip()


def without_encoding(git: Git, changes: Collection[Change]) -> tuple[Verdict, ...]:
    """Return the files at which every Git would end, because their attribute has no encoding's name.

    https://git-scm.com/docs/gitattributes#_working_tree_encoding
    """
    encodings = with_attribute(git, changes, ENCODING)
    named = (path for path, value in encodings.items() if value in (b"set", b"unset"))
    return tuple(verdict_on(path, "no encoding", ENCODING) for path in named)
