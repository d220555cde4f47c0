"""The policy for changes: the supervisor and the app judge every changed path with this module.

The supervisor applies it before it commits: it leaves out paths that are dropped or withheld, and ends as
`refused` if a change must be refused. The app applies it again to the trees in the pack; there, any verdict
refuses the push. Only the standard library is used, because the runner's image has a copy of this file.

Globs are those of `.gitignore` without negation: `*` and `?` match within a name, `**` across folders. A glob
without a slash matches a name in any folder, one with a slash starts at the root, and a folder matches
everything in it. Case and Unicode form do not matter.
https://git-scm.com/docs/gitignore#_pattern_format
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Literal, NamedTuple

REGULAR, EXECUTABLE, SYMLINK, GITLINK = 0o100644, 0o100755, 0o120000, 0o160000
HEAD_BYTES = 8000  # as many as Git reads to tell text from binary
MAX_PATH_LENGTH, MAX_NAME_LENGTH = 4096, 255

_PROGRAMS = (b"\x7fELF", b"MZ", b"\xca\xfe\xba\xbe", b"\xfe\xed\xfa", b"\xcf\xfa\xed\xfe", b"\0asm")
_EXPECTED_BINARY = re.compile(
    r"png|jpe?g|gif|bmp|ico|webp|avif|tiff?|woff2?|ttf|otf|eot|pdf|mp[34]|wav|og[gv]|webm"
    r"|docx|xlsx|pptx|snk|sqlite|db|parquet|npy"
)
_INVISIBLE = {"Cc", "Cs", "Zl", "Zp"}  # control characters, lone surrogates (not UTF-8), line separators
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_SHORT_NAME = re.compile(r"git~\d+")  # Windows' short names for `.git`
_MODULES = re.compile(r"\.gitmodules|gitmod~\d+")


class Change(NamedTuple):
    """A path that differs between the base and the agent's work tree, with modes as in Git."""

    path: str
    kind: Literal["added", "modified", "deleted"]
    old_mode: int | None = None
    new_mode: int | None = None
    size: int = 0
    link_target: str | None = None  # of a symbolic link
    head: bytes = b""  # the first HEAD_BYTES of the new content
    lfs: bool = False  # its attribute is filter=lfs, before or after
    verbatim: bool = False  # it is stored without the conversion for which its attributes ask


class Rules(NamedTuple):
    """The protected globs, their allowed exceptions, the globs of leftovers, and the limits."""

    protected: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    leftovers: tuple[str, ...] = ()
    max_file_bytes: int = 10_000_000
    max_files: int = 1_000
    max_total_bytes: int = 100_000_000

    @classmethod
    def of(cls, policy: Mapping[str, Any], leftovers: Iterable[str] = ()) -> "Rules":
        """Return the rules in `policy` and `leftovers` of `run.json`."""
        return cls(
            protected=tuple(policy["protected"]),
            allowed=tuple(policy.get("allowed", ())),
            leftovers=tuple(leftovers),
            max_file_bytes=policy.get("maxFileBytes", cls().max_file_bytes),
            max_files=policy.get("maxFiles", cls().max_files),
            max_total_bytes=policy.get("maxTotalBytes", cls().max_total_bytes),
        )


class Verdict(NamedTuple):
    """Why a path is not pushed: it is dropped, withheld and reported, or the whole change is refused."""

    path: str
    action: Literal["drop", "withhold", "refuse"]
    reason: str


def judge(changes: Iterable[Change], rules: Rules) -> tuple[Verdict, ...]:
    """Return a verdict for every change that may not be pushed; no verdict means that all may."""
    verdicts: list[Verdict] = []
    passed: list[Change] = []
    for change in changes:
        verdict = _judge_one(change, rules)
        if verdict is None:
            passed.append(change)
        else:
            verdicts.append(verdict)
    return (*verdicts, *_judge_together(passed, rules))


def matches(path: str, globs: Iterable[str]) -> bool:
    """Whether one of the `.gitignore`-like *globs* matches *path* or a folder above it."""
    folded = fold(path)
    return any(_is_match(folded, glob) for glob in globs)


def fold(text: str) -> str:
    """Return *text* as paths are compared: without case, Unicode form and trailing dots or spaces."""
    names = unicodedata.normalize("NFKC", text).casefold().split("/")
    return "/".join(name.rstrip(". ") or name for name in names)


def _judge_one(change: Change, rules: Rules) -> Verdict | None:
    bad = _bad_path(change.path)
    if bad is not None:
        return Verdict(change.path, "refuse", bad)
    if _MODULES.fullmatch(_plain(change.path.rpartition("/")[2])):
        return Verdict(change.path, "refuse", "submodules were changed, which is not supported")
    allowed, protected = matches(change.path, rules.allowed), matches(change.path, rules.protected)
    wanted = allowed and protected  # the team explicitly allows this path
    if change.kind == "added" and not wanted and matches(change.path, rules.leftovers):
        return Verdict(change.path, "drop", "left behind by an agent")
    if protected and not allowed:
        return Verdict(change.path, "withhold", "protected path")
    return _judge_content(change, rules, allowed)


def _judge_content(change: Change, rules: Rules, allowed: bool) -> Verdict | None:
    if GITLINK in (change.old_mode, change.new_mode):
        return _judge_gitlink(change)
    if change.lfs:
        return Verdict(change.path, "refuse", "stored with Git LFS, which is not supported")
    if change.kind == "deleted":
        return None
    reason = _bad_mode_or_link(change)
    if reason is None and change.size > rules.max_file_bytes:
        reason = f"{change.size:,} bytes; at most {rules.max_file_bytes:,} are allowed"
    if reason is None and not allowed and change.new_mode != SYMLINK:
        reason = _unexpected_binary(change)
    return None if reason is None else Verdict(change.path, "refuse", reason)


def _judge_gitlink(change: Change) -> Verdict:
    if change.kind == "added":
        return Verdict(change.path, "withhold", "a nested Git repository")
    if change.kind == "deleted":
        return Verdict(change.path, "withhold", "submodules cannot be deleted")
    return Verdict(change.path, "refuse", "a submodule was changed, which is not supported")


def _judge_together(changes: list[Change], rules: Rules) -> Iterator[Verdict]:
    if len(changes) > rules.max_files:
        yield _too_much(f"{len(changes):,} files were changed; at most {rules.max_files:,} are allowed")
    total = sum(change.size for change in changes)
    if total > rules.max_total_bytes:
        yield _too_much(f"{total:,} bytes were changed; at most {rules.max_total_bytes:,} are allowed")


def _too_much(reason: str) -> Verdict:
    return Verdict("", "refuse", reason)


def _bad_path(path: str) -> str | None:
    names = path.split("/")
    if len(path) > MAX_PATH_LENGTH or any(len(name) > MAX_NAME_LENGTH for name in names):
        return "the path is too long"
    if any(unicodedata.category(char) in _INVISIBLE or char in _BIDI for char in path):
        return "the path has control characters"
    if "\\" in path:
        return "the path has a backslash"
    if any(name in ("", ".", "..") for name in names):
        return "the path has an empty name, . or .."
    if any(_is_git(name) for name in names):
        return "the path leads into a .git folder"
    return None


def _is_git(name: str) -> bool:
    """Whether a file system may read *name* as `.git`: case, ignored characters, streams, short names."""
    plain = _plain(name)
    return plain == ".git" or _SHORT_NAME.fullmatch(plain) is not None


def _plain(name: str) -> str:
    """Return *name* as the most lenient file system reads it."""
    visible = "".join(char for char in name if unicodedata.category(char) != "Cf")
    return unicodedata.normalize("NFKC", visible).casefold().split(":")[0].rstrip(". ")


def _bad_mode_or_link(change: Change) -> str | None:
    if change.new_mode not in (REGULAR, EXECUTABLE, SYMLINK):
        return "neither a file nor a symbolic link"
    if change.new_mode == SYMLINK and not _stays_inside(change.path, change.link_target):
        return "a symbolic link that leaves the repository"
    return None


def _stays_inside(path: str, target: str | None) -> bool:
    """Whether a link at *path* stays in the tree. `..` may only come first: any other name may be a link."""
    if not target or target.startswith("/") or _has_odd_characters(target):
        return False
    names = [name for name in target.split("/") if name not in ("", ".")]
    climbs = next((index for index, name in enumerate(names) if name != ".."), len(names))
    below = names[climbs:]
    return climbs <= path.count("/") and ".." not in below and not any(map(_is_git, below))


def _has_odd_characters(text: str) -> bool:
    return "\\" in text or any(unicodedata.category(char) in _INVISIBLE for char in text)


def _unexpected_binary(change: Change) -> str | None:
    head = change.head
    if b"\0" not in head or head.startswith((b"\xff\xfe", b"\xfe\xff")):  # UTF-16 text has zeros
        return None
    if head.startswith(_PROGRAMS):
        return "a compiled program"
    suffix = change.path.rsplit("/", 1)[-1].rpartition(".")[2].lower()
    return None if _EXPECTED_BINARY.fullmatch(suffix) else "binary content where text is expected"


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
