"""What is pushed, and what can come of it.

https://git-scm.com/docs/http-protocol
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol


class PackEntries(Protocol):
    """The pack to send: the number of objects, and the name (20 bytes), type and packed bytes of each."""

    def __len__(self) -> int: ...

    def entries(self) -> Iterable[tuple[bytes, int, bytes]]:
        """Yield name, type and packed bytes of each object, in the pack's order."""
        ...


@dataclass(frozen=True, slots=True)
class Push:
    """A push: the repository's clone URL, the branch (without `refs/heads/`), the commit and its parent."""

    clone_url: str
    branch: str
    commit: str
    parent: str


@dataclass(frozen=True, slots=True)
class Pushed:
    """The branch points to the commit now."""


@dataclass(frozen=True, slots=True)
class AlreadyPushed:
    """The branch pointed to the commit already."""


@dataclass(frozen=True, slots=True)
class BranchMoved:
    """The branch points to another commit; it was not changed."""

    commit: str | None


@dataclass(frozen=True, slots=True)
class Rejected:
    """The server rejected the push, with the reason that it gave."""

    reason: str


Outcome = Pushed | AlreadyPushed | BranchMoved | Rejected
