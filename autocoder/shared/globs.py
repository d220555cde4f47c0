"""Globs of paths, as `.gitignore` reads them, without negation.

`*` and `?` match within a name, `**` across folders. A glob without a slash matches a name in any folder, one
with a slash starts at the root, and a folder matches everything in it. Case and Unicode form do not matter.
https://git-scm.com/docs/gitignore#_pattern_format
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache


def matches(path: str, globs: Iterable[str]) -> bool:
    """Whether one of the `.gitignore`-like *globs* matches *path* or a folder above it."""
    folded = fold(path)
    return any(_is_match(folded, glob) for glob in globs)


def fold(text: str) -> str:
    """Return *text* as paths are compared: without case, Unicode form and trailing dots or spaces."""
    names = unicodedata.normalize("NFKC", text).casefold().split("/")
    return "/".join(name.rstrip(". ") or name for name in names)


def _is_match(path: str, glob: str) -> bool:
    literal = _literal(glob)
    if literal is None:
        return _compiled(glob).fullmatch(path) is not None
    if literal.startswith("/"):
        return f"/{path}/".startswith(f"{literal}/")
    return f"/{literal}/" in f"/{path}/"


@lru_cache(maxsize=512)
def _literal(glob: str) -> str | None:
    """Return *glob* folded, with a leading `/` if it is anchored; None when it has wildcards.

    Most globs are plain names, and compiling an expression takes longer than judging a small change.
    """
    folded = fold(glob.rstrip("/"))
    if "*" in folded or "?" in folded:
        return None
    return f"/{folded.lstrip('/')}" if "/" in folded else folded


@lru_cache(maxsize=512)
def _compiled(glob: str) -> re.Pattern[str]:
    """Return the expression for *glob*; it also matches everything in a folder of that name."""
    folded = fold(glob.rstrip("/"))
    anchored = "/" in folded
    body = "".join(_translate(part) for part in re.split(r"(\*\*/|/\*\*$|\*\*|\*|\?)", folded.lstrip("/")))
    return re.compile(("" if anchored else "(?:.*/)?") + body + "(?:/.*)?", re.DOTALL)


def _translate(part: str) -> str:
    special = {"**/": "(?:.*/)?", "/**": "/.*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return special.get(part) or re.escape(part)
