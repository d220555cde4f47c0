"""Counts what must be zero in the evidence of a soak: pure functions, which a test can give what is wrong.

https://learn.microsoft.com/azure/architecture/reliability/
"""

import html
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from emulators.platform.clients.app import PHASES
from emulators.soak.evidence import JSON, Held, Item

GOOD = "completed"
REASON_LENGTH = 80  # of a reason that is looked for in a comment


@dataclass(frozen=True, slots=True)
class Count:
    """What was counted, and each finding in words; a soak is good when there is none."""

    what: str
    found: tuple[str, ...]


def count_items(items: Collection[Item], killed: Collection[str]) -> list[Count]:
    """Count what is wrong with *items*; a run whose containers were *killed* may fail, but has to say so."""
    by_name: dict[str, Callable[[Item], Iterable[str]]] = {
        "asked for, but never accepted": _not_accepted,
        "accepted, but lost": _lost,
        "failed without a cause": lambda item: _failed(item, killed),
        "ended, but not reported": count_unreported,
        "second runs of a work item": lambda item: _more_than_one("run", [run["id"] for run in item.runs]),
        "second agents of a work item": lambda item: _more_than_one("agent", range(item.begun)),
        "second pull requests of a work item": _second_pull_requests,
        "second comments of a work item": lambda item: _more_than_one("comment", item.comments),
        "pull requests that no run names": _unnamed,
        "completed without a pull request": _without_pull_request,
        "pull requests not linked": _unlinked,
        "completed without a begun agent": _without_agent,
    }
    return [
        Count(what, tuple(f"work item {item.id}: {words}" for item in items for words in look(item)))
        for what, look in by_name.items()
    ]


def count_held(held: Held) -> list[Count]:
    """Count what is held though no run goes on."""
    return [Count(f"{what} left", names) for what, names in held.names().items()]


def count_blind(most: Mapping[str, int]) -> Count:
    """Count what was never seen during the soak, of which a zero at its end says nothing."""
    return Count("kinds of things never seen", tuple(name for name, count in most.items() if count == 0))


def count_unreported(item: Item) -> list[str]:
    """Return the runs of *item* that have ended, but of whose end no comment tells."""
    return [
        f"run {run['id']} {run['status']}, but the comments are {list(item.comments)}"
        for run in item.runs
        if is_over(run) and not any(_tells(comment, run) for comment in item.comments)
    ]


def is_over(run: JSON) -> bool:
    """Whether a run has ended."""
    return run["status"] not in PHASES


def _not_accepted(item: Item) -> Iterator[str]:
    if not item.is_accepted:
        yield "every request for a run went without an answer"


def _lost(item: Item) -> Iterator[str]:
    if item.is_accepted and not item.runs:
        yield "there is no run"
    for run in item.runs:
        if not is_over(run):
            yield f"run {run['id']} is still {run['status']}: {run.get('reason', '')}"


def _failed(item: Item, killed: Collection[str]) -> Iterator[str]:
    for run in item.runs:
        if is_over(run) and run["status"] != GOOD and run["id"] not in killed:
            yield f"run {run['id']} {run['status']}: {run.get('reason', '')}"


def _tells(comment: str, run: JSON) -> bool:
    """Whether *comment* is the final one of *run*: it names the pull request, or else the reason."""
    text = html.unescape(comment)
    if f"Run {run['id']}" not in text:
        return False
    if run.get("pullRequestUrl"):
        return run["pullRequestUrl"] in text
    reason = str(run.get("reason") or "").split("\n")[0][:REASON_LENGTH]
    return bool(reason) and _letters(reason) in _letters(text)


def _letters(text: str) -> str:
    """Return *text* without what Markdown may escape or break."""
    return re.sub(r"[\W_]+", "", text)


def _more_than_one(what: str, found: Collection[object]) -> Iterator[str]:
    if len(found) > 1:
        yield f"{len(found)} {what}s: {', '.join(map(str, found))}"


def _second_pull_requests(item: Item) -> Iterator[str]:
    return _more_than_one("pull request", [one.id for one in item.pull_requests])


def _unnamed(item: Item) -> Iterator[str]:
    named = {run.get("pullRequestId") for run in item.runs}
    for one in item.pull_requests:
        if one.id not in named:
            yield f"pull request {one.id}"


def _without_pull_request(item: Item) -> Iterator[str]:
    there = {one.id for one in item.pull_requests}
    for run in item.runs:
        if run["status"] == GOOD and run.get("pullRequestId") not in there:
            yield f"run {run['id']} names {run.get('pullRequestId')}"


def _unlinked(item: Item) -> Iterator[str]:
    for one in item.pull_requests:
        if item.id not in one.work_items:
            yield f"pull request {one.id}"


def _without_agent(item: Item) -> Iterator[str]:
    if item.begun == 0 and any(run["status"] == GOOD for run in item.runs):
        yield "no agent left its mark"
