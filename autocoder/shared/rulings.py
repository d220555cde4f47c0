"""What is done with each kind of change that may not be pushed: the one table of the policy.

A path is withheld where it harms nothing but itself: the rest is pushed without it. What endangers the whole
refuses it: secrets, links that leave the repository, submodules, what Git could take for its own folder, and
more than a person can review.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

Action = Literal["drop", "withhold", "refuse"]
Kind = Literal[
    "leftover",
    "protected",
    "conflict",
    "not UTF-8",
    "control characters",
    "backslash",
    "long name",
    "not a file",
    "too large",
    "program",
    "binary",
    "LFS",
    "nested repository",
    "deleted submodule",
    "changed submodule",
    "submodules",
    "no name",
    "git folder",
    "bare repository",
    "link outside",
    "no encoding",
    "own secret",
    "unsteady",
    "unreadable",
    "too many files",
    "too many bytes",
]


class Ruling(NamedTuple):
    """What is done with a kind of change, and the reason, in which `{}` are the figures or the other path."""

    action: Action
    reason: str
    may_be_made: bool = False  # if the team's commands make such a file, it is build output and not listed


RULINGS: Mapping[Kind, Ruling] = {
    "leftover": Ruling("drop", "left behind by an agent"),
    "protected": Ruling("withhold", "protected path"),
    "conflict": Ruling("withhold", "conflicts with the withheld path {}"),
    "not UTF-8": Ruling("withhold", "the name is not UTF-8"),
    "control characters": Ruling("withhold", "the name has control characters"),
    "backslash": Ruling("withhold", "the name has a backslash"),
    "long name": Ruling("withhold", "the name is too long"),
    "not a file": Ruling("withhold", "neither a file nor a symbolic link"),
    "too large": Ruling("withhold", "{:,} bytes; at most {:,} are allowed", may_be_made=True),
    "program": Ruling("withhold", "a compiled program", may_be_made=True),
    "binary": Ruling("withhold", "binary content where text is expected", may_be_made=True),
    "LFS": Ruling("withhold", "stored with Git LFS, which is not supported"),
    "nested repository": Ruling("withhold", "a nested Git repository"),
    "deleted submodule": Ruling("withhold", "submodules cannot be deleted"),
    "changed submodule": Ruling("refuse", "a submodule was changed, which is not supported"),
    "submodules": Ruling("refuse", "submodules were changed, which is not supported"),
    "no name": Ruling("refuse", "the path has an empty name, . or .."),
    "git folder": Ruling("refuse", "the path leads into a .git folder"),
    "bare repository": Ruling("refuse", "a bare Git repository"),
    "link outside": Ruling("refuse", "a symbolic link that leaves the repository"),
    "no encoding": Ruling("refuse", "its attribute {} names no encoding, so Git could not check it out"),
    "own secret": Ruling("refuse", "the file contains a secret of this run"),
    "unsteady": Ruling("refuse", "files were changed while they were read: {}"),
    "unreadable": Ruling("refuse", "a changed file could not be read: {}"),
    "too many files": Ruling("refuse", "{:,} files were changed; at most {:,} are allowed"),
    "too many bytes": Ruling("refuse", "{:,} bytes were changed; at most {:,} are allowed"),
}


class Verdict(NamedTuple):
    """Why a path is not pushed: it is dropped, withheld and reported, or the whole change is refused."""

    path: str
    action: Action
    reason: str
    kind: Kind | None = None


def verdict_on(path: str, kind: Kind, *details: object) -> Verdict:
    """Return the verdict on *path*, empty for the whole change, with the *details* of its reason."""
    ruling = RULINGS[kind]
    return Verdict(path, ruling.action, ruling.reason.format(*details), kind)
