"""What a soak prints at its end: a table of what must be zero, and what each finding is.

https://learn.microsoft.com/azure/architecture/reliability/
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from emulators.soak.counts import Count
from emulators.soak.evidence import Item

MAX_SHOWN = 20  # findings of one kind
MAX_LENGTH = 600  # of one finding


def is_good(counts: Iterable[Count]) -> bool:
    """Whether everything that was counted is zero."""
    return not any(count.found for count in counts)


def table(counts: Sequence[Count]) -> str:
    """Return *counts* as an aligned table."""
    width = max(len(count.what) for count in counts)
    return "\n".join(
        f"  {count.what:{width}}  {len(count.found):5}{'  NOT ZERO' if count.found else ''}"
        for count in counts
    )


def findings(counts: Iterable[Count]) -> str:
    """Return each finding in a line of its own, below what was counted."""
    lines = []
    for count in counts:
        if count.found:
            lines += [f"{count.what}:", *(f"  {words[:MAX_LENGTH]}" for words in count.found[:MAX_SHOWN])]
        if len(count.found) > MAX_SHOWN:
            lines.append(f"  and {len(count.found) - MAX_SHOWN} more")
    return "\n".join(lines)


def outcomes(items: Collection[Item]) -> str:
    """Return how many runs ended in which way."""
    ended = Counter(str(run["status"]) for item in items for run in item.runs)
    return ", ".join(f"{count} {status}" for status, count in ended.most_common()) or "no run"
