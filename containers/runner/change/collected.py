"""The agent's change as it was collected: its commit, what differs in it, and what was left out of it."""

import os
import re
from collections.abc import Collection, Mapping
from typing import NamedTuple

from autocoder.shared.build_outputs import MADE_BY_COMMANDS
from autocoder.shared.policy import GITLINK, Change
from autocoder.shared.rulings import RULINGS, Verdict

TREE = 0o040000
MAX_COUNTED_FILES, MAX_COUNTED_LENGTH = 200, 40_000  # files, and characters of all their paths
_NUMBERS = re.compile(rb"(\d+)\t(\d+)\t(.+)", re.DOTALL)


class Difference(NamedTuple):
    """The difference of two trees: ids of trees and new files, and lines added and removed by path."""

    objects: frozenset[str]
    lines: Mapping[str, tuple[int, int]]


class CollectedChange(NamedTuple):
    """The collected change: its commit, if any, the withheld paths, and the reasons if it is refused."""

    commit: str | None = None
    tree: str = ""
    difference: Difference = Difference(frozenset(), {})
    withheld: tuple[Verdict, ...] = ()
    refused: tuple[Verdict, ...] = ()
    outputs: Mapping[str, int] = {}  # how many files of build output were left out, by name
    unpublished: tuple[Change, ...] = ()  # what is kept apart: the whole change if it is refused

    @property
    def may_be_made(self) -> frozenset[str]:
        """The new files that were withheld and that may be build output of the team's commands."""
        new = {change.path for change in self.unpublished if change.kind == "added"}
        kinds = {kind for kind, ruling in RULINGS.items() if ruling.may_be_made}
        return frozenset(one.path for one in self.withheld if one.kind in kinds and one.path in new)

    def without_made(self, made: Collection[str]) -> "CollectedChange":
        """Return the change with the paths in *made*, of `may_be_made`, counted as build output."""
        return self._replace(
            withheld=tuple(one for one in self.withheld if one.path not in made),
            unpublished=tuple(change for change in self.unpublished if change.path not in made),
            outputs={**self.outputs, MADE_BY_COMMANDS: len(made)} if made else self.outputs,
        )


def read_difference(listed: bytes) -> Difference:
    """Return the difference in the output of `git diff-tree -z --raw --numstat`.

    https://git-scm.com/docs/git-diff-tree
    """
    objects: set[str] = set()
    lines: dict[str, tuple[int, int]] = {}
    left = MAX_COUNTED_LENGTH
    records = iter(listed.split(b"\0"))
    for record in records:
        if record.startswith(b":"):
            old_mode, new_mode, old, new, _ = record[1:].decode().split(" ")
            if int(old_mode, 8) == TREE:
                objects.add(old)
            if int(new_mode, 8) not in (0, GITLINK):
                objects.add(new)
            next(records)  # its path
        elif len(lines) < MAX_COUNTED_FILES and len(record) < left and (found := _NUMBERS.fullmatch(record)):
            left -= len(record)
            lines[os.fsdecode(found[3])] = (int(found[1]), int(found[2]))
    return Difference(frozenset(objects), lines)
