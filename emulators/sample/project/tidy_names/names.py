"""What a tidy name is, and which renames make the names of a folder tidy."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Rename:
    """One file that gets another name."""

    old: str
    new: str


def tidy_name(name: str) -> str:
    """Return *name* in lower-case ASCII with dashes between its words; the suffix stays."""
    stem, dot, suffix = name.rpartition(".")
    if not stem:
        stem, dot, suffix = name, "", ""
    plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", plain.lower())
    return "-".join(words or ["unnamed"]) + dot + suffix.lower()


def plan_renames(names: Iterable[str]) -> list[Rename]:
    """Return the renames for *names*, in order; a name that is taken gets a number."""
    taken = set(names)
    renames = []
    for name in sorted(taken):
        tidy = tidy_name(name)
        if tidy != name:
            new = _free(tidy, taken)
            taken.add(new)
            renames.append(Rename(name, new))
    return renames


def _free(name: str, taken: set[str]) -> str:
    stem, dot, suffix = name.partition(".")
    number, free = 2, name
    while free in taken:
        free, number = f"{stem}-{number}{dot}{suffix}", number + 1
    return free
