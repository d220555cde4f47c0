"""Whether somebody may start a run: pure, and closed when in doubt.

Permission bits: https://learn.microsoft.com/azure/devops/organizations/security/namespace-reference
"""

from collections.abc import Iterable
from dataclasses import dataclass

GENERIC_CONTRIBUTE = 4
NEEDED = {"Read": 2, "Contribute": 4, "Create branch": 16, "Contribute to pull requests": 16_384}


@dataclass(frozen=True, slots=True)
class Identity:
    """An identity or a group: its id, name, descriptor, and the descriptors of all groups that it is in."""

    id: str
    name: str
    descriptor: str
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AccessEntry:
    """What an access control list allows and denies one identity, as bits."""

    allow: int
    deny: int


def is_member(who: Identity, group: Identity | None) -> bool:
    """Whether *who* is in *group*; nobody is in a group that does not exist."""
    return group is not None and group.descriptor.casefold() in {one.casefold() for one in who.groups}


def may_contribute(entries: Iterable[AccessEntry]) -> bool:
    """Whether the *entries* of somebody and their groups allow a push; any deny wins."""
    return bool(_allowed(entries) & GENERIC_CONTRIBUTE)


def missing_rights(entries: Iterable[AccessEntry]) -> tuple[str, ...]:
    """Return which of the rights that the app needs in a repository its *entries* do not give it."""
    allowed = _allowed(entries)
    return tuple(name for name, bit in NEEDED.items() if not allowed & bit)


def _allowed(entries: Iterable[AccessEntry]) -> int:
    allowed = denied = 0
    for entry in entries:
        allowed, denied = allowed | entry.allow, denied | entry.deny
    return allowed & ~denied
