"""Versions of orchestrations: which instances this host carries on, and what becomes of the others.

A version is given to an instance when it is created and compared before each turn.
https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-orchestration-versioning and
`VersioningSettings` of https://github.com/Azure/durabletask
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

MISMATCH = "VersionMismatch: Orchestration version did not comply with Worker Versioning"
FAIL, REJECT = "Fail", "Reject"
MAX_PART = 2**31 - 1
_NUMERIC = re.compile(r"[0-9]{1,10}(?:\.[0-9]{1,10}){1,3}")  # System.Version: two to four numbers


def compare_versions(one: str, other: str) -> int:
    """Return -1, 0 or 1: no version is below any, two `System.Version` are numeric, all else is text."""
    if not one.strip() or not other.strip():
        return bool(one.strip()) - bool(other.strip())
    numbers, others = _numbers(one), _numbers(other)
    if numbers is not None and others is not None:
        return (numbers > others) - (numbers < others)
    text, other_text = one.upper(), other.upper()  # .NET's OrdinalIgnoreCase
    return (text > other_text) - (text < other_text)


def _numbers(text: str) -> tuple[int, ...] | None:
    """Return the parts of a `System.Version`, None for other text; a missing part is below zero."""
    if not _NUMERIC.fullmatch(text.strip()):
        return None
    parts = tuple(int(part) for part in text.split("."))
    return (*parts, *[-1] * (4 - len(parts))) if max(parts) <= MAX_PART else None


MATCHES: dict[str, Callable[[str, str], bool]] = {
    "None": lambda _version, _own: True,
    "Strict": lambda version, own: version == own,
    "CurrentOrOlder": lambda version, own: compare_versions(version, own) <= 0,
}


@dataclass(frozen=True, slots=True)
class Versioning:
    """The version of new instances ("" for none), and how others are treated; the extension's defaults."""

    default: str = ""
    match: str = "CurrentOrOlder"
    on_mismatch: str = REJECT

    def accepts(self, version: str) -> bool:
        """Whether this host carries on an instance of *version*, "" for none."""
        return MATCHES[self.match](version, self.default)
