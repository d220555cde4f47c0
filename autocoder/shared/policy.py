"""The policy for changes: the supervisor and the app judge every changed path with this module.

The supervisor applies it before it commits: it leaves out paths that are dropped or withheld, and ends as
`refused` if a change must be refused. The app applies it again to the trees in the pack; there, any verdict
refuses the push. What is done with each kind of change is in `rulings`. Only the standard library is used,
because the runner's image has a copy of this folder.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from autocoder.shared.globs import matches
from autocoder.shared.path_names import has_odd_characters, is_git, kind_of_name
from autocoder.shared.rulings import RULINGS, Verdict, verdict_on

REGULAR, EXECUTABLE, SYMLINK, GITLINK = 0o100644, 0o100755, 0o120000, 0o160000
HEAD_BYTES = 8000  # as many as Git reads to tell text from binary

_PROGRAMS = (b"\x7fELF", b"MZ", b"\xca\xfe\xba\xbe", b"\xfe\xed\xfa", b"\xcf\xfa\xed\xfe", b"\0asm")
_EXPECTED_BINARY = re.compile(
    r"png|jpe?g|gif|bmp|ico|webp|avif|tiff?|woff2?|ttf|otf|eot|pdf|mp[34]|wav|og[gv]|webm"
    r"|docx|xlsx|pptx|snk|sqlite|db|parquet|npy"
)
_HEAD = re.compile(rb"ref:\s*refs/|[0-9a-fA-F]{40}")
_FOLDERS = ("objects", "refs")  # beside `HEAD`, what Git takes for a repository


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


def _judge_one(change: Change, rules: Rules) -> Verdict | None:
    path = change.path
    wrong = kind_of_name(path)
    if wrong is not None and RULINGS[wrong].action == "refuse":
        return verdict_on(path, wrong)
    allowed, protected = matches(path, rules.allowed), matches(path, rules.protected)
    wanted = allowed and protected  # the team explicitly allows this path
    if change.kind == "added" and not wanted and matches(path, rules.leftovers):
        return verdict_on(path, "leftover")
    if wrong is not None:
        return verdict_on(path, wrong)
    if protected and not allowed:
        return verdict_on(path, "protected")
    return _judge_content(change, rules, allowed)


def _judge_content(change: Change, rules: Rules, allowed: bool) -> Verdict | None:
    if GITLINK in (change.old_mode, change.new_mode):
        return _judge_gitlink(change)
    if change.lfs:
        return verdict_on(change.path, "LFS")
    if change.kind == "deleted":
        return None
    return _judge_link(change) if change.new_mode == SYMLINK else _judge_file(change, rules, allowed)


def _judge_link(change: Change) -> Verdict | None:
    if _stays_inside(change.path, change.link_target):
        return None
    return verdict_on(change.path, "link outside")


def _judge_file(change: Change, rules: Rules, allowed: bool) -> Verdict | None:
    path = change.path
    if change.new_mode not in (REGULAR, EXECUTABLE):
        return verdict_on(path, "not a file")
    if change.size > rules.max_file_bytes:
        return verdict_on(path, "too large", change.size, rules.max_file_bytes)
    return None if allowed else _judge_binary(change)


def _judge_gitlink(change: Change) -> Verdict:
    if change.kind == "added":
        return verdict_on(change.path, "nested repository")
    return verdict_on(change.path, "deleted submodule" if change.kind == "deleted" else "changed submodule")


def _judge_binary(change: Change) -> Verdict | None:
    head = change.head
    if b"\0" not in head or head.startswith((b"\xff\xfe", b"\xfe\xff")):  # UTF-16 text has zeros
        return None
    if head.startswith(_PROGRAMS):
        return verdict_on(change.path, "program")
    suffix = change.path.rsplit("/", 1)[-1].rpartition(".")[2].lower()
    return None if _EXPECTED_BINARY.fullmatch(suffix) else verdict_on(change.path, "binary")


def _judge_together(changes: list[Change], rules: Rules) -> Iterator[Verdict]:
    if len(changes) > rules.max_files:
        yield verdict_on("", "too many files", len(changes), rules.max_files)
    total = sum(change.size for change in changes)
    if total > rules.max_total_bytes:
        yield verdict_on("", "too many bytes", total, rules.max_total_bytes)
    for path in _heads_of_repositories(changes):
        yield verdict_on(path, "bare repository")


def _heads_of_repositories(changes: Iterable[Change]) -> Iterator[str]:
    """Yield the `HEAD` of each folder that these changes make a repository: its settings can start programs.

    https://git-scm.com/docs/git-config#Documentation/git-config.txt-safebareRepository
    """
    there = {change.path.casefold(): change for change in changes if change.kind != "deleted"}
    names = sorted(there)
    for name in names:
        folder, _, last = name.rpartition("/")
        if last == "head" and (
            _is_head(there[name])
            or all(_has_folder(names, f"{folder}/{inner}/".lstrip("/")) for inner in _FOLDERS)
        ):
            yield there[name].path


def _is_head(change: Change) -> bool:
    """Whether Git reads this file as a `HEAD`: the rest of a repository can come from elsewhere.

    `objects` and `refs` may be links or in the base, and `commondir` can name another folder.
    https://git-scm.com/docs/gitrepository-layout
    """
    return change.new_mode == SYMLINK or _HEAD.match(change.head) is not None


def _has_folder(names: Sequence[str], prefix: str) -> bool:
    """Whether one of the sorted *names* begins with *prefix*."""
    place = bisect_left(names, prefix)
    return place < len(names) and names[place].startswith(prefix)


def _stays_inside(path: str, target: str | None) -> bool:
    """Whether a link at *path* stays in the tree. `..` may only come first: any other name may be a link."""
    if not target or target.startswith("/") or has_odd_characters(target):
        return False
    names = [name for name in target.split("/") if name not in ("", ".")]
    climbs = next((index for index, name in enumerate(names) if name != ".."), len(names))
    below = names[climbs:]
    return climbs <= path.count("/") and ".." not in below and not any(map(is_git, below))
