"""Rules for who may start a run, without I/O; they deny when in doubt.

Permission bits: https://learn.microsoft.com/azure/devops/organizations/security/namespace-reference
"""

from collections.abc import Iterable
from dataclasses import dataclass

GENERIC_READ, GENERIC_CONTRIBUTE = 2, 4
NEEDED = {
    "Read": GENERIC_READ,
    "Contribute": GENERIC_CONTRIBUTE,
    "Create branch": 16,
    "Contribute to pull requests": 16_384,
}


@dataclass(frozen=True, slots=True)
class Identity:
    """A person, app or group, with the descriptors of all groups that it belongs to."""

    id: str
    name: str
    descriptor: str
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AccessEntry:
    """The permissions that an access control list allows and denies to one identity, as bits."""

    allow: int
    deny: int


def is_member(identity: Identity, group: Identity | None) -> bool:
    """Whether *identity* is in *group*; False when the group does not exist (None)."""
    return group is not None and group.descriptor.casefold() in {one.casefold() for one in identity.groups}


def allows(entries: Iterable[AccessEntry], bit: int) -> bool:
    """Whether the *entries* of a person and of their groups allow *bit*; a deny overrides any allow."""
    return bool(_allowed(entries) & bit)


def missing_rights(entries: Iterable[AccessEntry]) -> tuple[str, ...]:
    """Return the rights that the app needs in a repository and that its *entries* do not grant."""
    allowed = _allowed(entries)
    return tuple(name for name, bit in NEEDED.items() if not allowed & bit)


def _allowed(entries: Iterable[AccessEntry]) -> int:
    allowed = denied = 0
    for entry in entries:
        allowed, denied = allowed | entry.allow, denied | entry.deny
    return allowed & ~denied
