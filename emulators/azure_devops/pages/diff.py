"""A unified diff as HTML: a box for each file, line numbers of both sides, added and removed lines in colour.

https://learn.microsoft.com/azure/devops/repos/git/review-pull-requests
https://git-scm.com/docs/diff-format
"""

import re
from dataclasses import dataclass, field

from emulators.azure_devops.pages.parts.html import Html, join, tag

MAX_LINES = 3000
_HUNK = re.compile(r"^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@")


@dataclass(slots=True)
class FileDiff:
    """The changes of one file, as table rows."""

    name: str
    rows: list[Html] = field(default_factory=list)
    added: int = 0
    gone: int = 0


def show_diff(text: str) -> Html:
    """Return the output of `git diff` as HTML, cut after `MAX_LINES` lines."""
    files: list[FileDiff] = []
    old = new = shown = 0
    in_hunk = False
    for line in text.split("\n"):
        if line.startswith("diff --git "):
            files.append(FileDiff(line.rpartition(" b/")[2]))
            in_hunk = False
            continue
        if not files:
            continue
        start = _HUNK.match(line)
        if start:
            old, new, in_hunk = int(start[1]), int(start[2]), True
            files[-1].rows.append(_row("", "", line, "hunk"))
        elif in_hunk and shown < MAX_LINES:
            shown += 1
            old, new = _line(files[-1], line, old, new)
        elif line.startswith(("new file", "deleted file", "rename ", "Binary ", "old mode", "new mode")):
            files[-1].rows.append(_row("", "", line, "faint"))
    cut = (
        tag("p", f"Only the first {MAX_LINES} lines are shown.", class_="faint") if shown >= MAX_LINES else ""
    )
    return join([_box(file) for file in files], cut) if files else tag("p", "No changes.", class_="faint")


def _line(file: FileDiff, line: str, old: int, new: int) -> tuple[int, int]:
    """Add one line of a hunk; returns the line numbers of the next one."""
    if line.startswith("+"):
        file.added += 1
        file.rows.append(_row("", str(new), line, "added"))
        return old, new + 1
    if line.startswith("-"):
        file.gone += 1
        file.rows.append(_row(str(old), "", line, "gone"))
        return old + 1, new
    if line.startswith(" "):
        file.rows.append(_row(str(old), str(new), line, ""))
        return old + 1, new + 1
    if line:
        file.rows.append(_row("", "", line, "faint"))
    return old, new


def _row(old: str, new: str, line: str, look: str) -> Html:
    return tag(
        "tr", tag("td", old, class_="n"), tag("td", new, class_="n"), tag("td", line), class_=look or None
    )


def _box(file: FileDiff) -> Html:
    counts = (tag("span", f" +{file.added}", class_="good"), tag("span", f" -{file.gone}", class_="bad"))
    head = tag("div", tag("b", file.name, class_="mono"), counts, class_="head")
    return tag("div", head, tag("table", file.rows, class_="diff"), class_="card")
