"""What verdicts on some changes mean for the others: nothing goes in above or below a withheld path."""

from collections.abc import Collection, Iterable, Set

from autocoder.shared.path_names import shown
from autocoder.shared.policy import Change
from autocoder.shared.rulings import Action, Verdict, verdict_on
from runner.change.staging import nested


def with_conflicts(changes: Collection[Change], verdicts: tuple[Verdict, ...]) -> tuple[Verdict, ...]:
    """Return *verdicts*, and that the other *changes* above or below a withheld path are withheld as well.

    What a withheld file or link has displaced stays, too: without it, it would only be deleted.
    """
    kept = {verdict.path for verdict in verdicts if verdict.action == "withhold"}
    passed = {change.path for change in without(changes, verdicts)}
    while found := _conflicts(passed, kept):
        verdicts += tuple(verdict_on(path, "conflict", shown(other)) for path, other in found.items())
        kept |= found.keys()
        passed -= found.keys()
    return verdicts


def _conflicts(passed: Set[str], kept: Set[str]) -> dict[str, str]:
    """Return each of *passed* that one of *kept* is a folder above, or a file below, with that one."""
    if not kept:
        return {}
    found: dict[str, str] = {}
    for outer, inner in nested(kept | passed):
        for path, other in ((outer, inner), (inner, outer)):
            if path in passed and other in kept:
                found.setdefault(path, other)
    return found


def without(changes: Iterable[Change], verdicts: Iterable[Verdict]) -> tuple[Change, ...]:
    """Return the *changes* on which there is no verdict."""
    judged = {verdict.path for verdict in verdicts}
    return tuple(change for change in changes if change.path not in judged)


def acted(verdicts: Iterable[Verdict], action: Action) -> tuple[Verdict, ...]:
    """Return those of *verdicts* with this *action*."""
    return tuple(verdict for verdict in verdicts if verdict.action == action)
