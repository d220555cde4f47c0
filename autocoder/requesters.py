"""Whether somebody may start a run: pure, and closed when in doubt.

Permission bits: https://learn.microsoft.com/azure/devops/organizations/security/namespace-reference
"""

from collections.abc import Iterable
from dataclasses import dataclass

GENERIC_CONTRIBUTE = 4


@dataclass(frozen=True, slots=True)
class Member:
    """An identity or a group: its id, name, descriptor, and the descriptors of all groups that it is in."""

    id: str
    name: str
    descriptor: str
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """What an access control list allows and denies one identity, as bits."""

    allow: int
    deny: int


def is_member(who: Member, group: Member | None) -> bool:
    """Whether *who* is in *group*; nobody is in a group that does not exist."""
    return group is not None and group.descriptor.casefold() in {one.casefold() for one in who.groups}


def may_contribute(entries: Iterable[Entry]) -> bool:
    """Whether the *entries* of somebody and their groups allow a push; any deny wins."""
    found = tuple(entries)
    denied = any(entry.deny & GENERIC_CONTRIBUTE for entry in found)
    return not denied and any(entry.allow & GENERIC_CONTRIBUTE for entry in found)
