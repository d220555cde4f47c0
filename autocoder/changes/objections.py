"""Objections to pushing a change, found in its pack without other I/O. An unclear case is an objection."""

from collections.abc import Callable, Mapping, Sequence
from itertools import chain

from autocoder.changes.pack import PackFile
from autocoder.changes.secret_scan import OWN_SECRET, scan
from autocoder.changes.trees import CommitChange, TreeChange, new_blobs, policy_changes
from autocoder.models import FileChange
from autocoder.shared.globs import matches
from autocoder.shared.path_names import shown
from autocoder.shared.policy import Rules, judge


def lfs_globs(attributes: str) -> tuple[str, ...]:
    """Return the globs that a `.gitattributes` file assigns to Git LFS.

    Changes to their files are refused, because they would be committed without LFS.
    https://git-scm.com/docs/gitattributes
    """
    lines = (line.split() for line in attributes.splitlines() if not line.lstrip().startswith(("#", "[")))
    return tuple(parts[0].strip('"') for parts in lines if "filter=lfs" in parts[1:])[:200]


def objections(
    pack: PackFile,
    change: CommitChange,
    rules: Rules,
    own_secrets: Sequence[str],
    *,
    before: Callable[[str], bytes | None],
    lfs: Sequence[str] = (),
) -> list[str]:
    """Return every objection to pushing *change*, one line each, without the secrets that were found.

    *before* reads a path at the base commit: a secret that is already there is not an objection.
    """
    changes = (one._replace(lfs=matches(one.path, lfs)) for one in policy_changes(pack, change))
    verdicts = judge(changes, rules)
    found = [f"{shown(verdict.path)}: {verdict.reason}" for verdict in verdicts]
    texts = chain([("the commit message", change.text.encode())], new_blobs(pack, change))
    for finding in scan(texts, own_secrets, before=before):
        found.append(f"{finding.path}, line {finding.line}: looks like a secret ({finding.kind})")
    return found


def holds_own_secret(against: Sequence[str]) -> bool:
    """Whether one of the objections is that the change contains a secret of its own run."""
    return any(line.endswith(f"({OWN_SECRET})") for line in against)


def file_changes(change: CommitChange, lines: Mapping[str, tuple[int, int]]) -> list[FileChange]:
    """Return the changed paths, each with its numbers of added and removed *lines* if known."""
    return [_file_change(one, lines.get(one.path)) for one in change.changes]


def _file_change(one: TreeChange, lines: tuple[int, int] | None) -> FileChange:
    added, removed = lines if lines is not None else (None, None)
    kind = "renamed" if one.renamed_from else one.kind
    return FileChange(path=one.path, kind=kind, added=added, removed=removed)
