"""Assembles `emulators/COVERAGE.md` from one page for each emulator; run by `make docs`.

The tables between `<!-- begin NAME -->` and `<!-- end NAME -->` in those files come from the code. With
`--check` nothing is written, and the exit code is 1 when a file is out of date.

https://github.github.com/gfm/#tables-extension-
"""

import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from emulators.azure_devops import coverage as azure_devops
from emulators.model_provider import coverage as model_provider

FOLDER = Path(__file__).resolve().parents[1]
COVERAGE = FOLDER / "COVERAGE.md"
INTRODUCTION = """# What the emulators cover

Each emulator imitates one service that Autocoder uses, and follows that service's documentation rather than
what the app happens to send. For each emulator this page says what is imitated and from which pages, what is
not covered, and what was chosen where the documentation is silent. `/_control/faults`
(`emulators/faults.py`), which no real service has, injects the faults that real services can have.

This file is assembled from `emulators/coverage/` by `make docs`.
"""


TABLES: Mapping[str, Mapping[str, Callable[[], str]]] = {
    "azure_devops.md": {
        "served": azure_devops.served,
        "undocumented": azure_devops.undocumented,
        "not served": azure_devops.not_served,
    },
    "model_provider.md": {
        "operations": model_provider.served,
        "uncovered operations": model_provider.not_served,
    },
}


def with_tables(path: Path) -> str:
    """Return the text of a page with its tables up to date; raises ValueError without their markers."""
    text = path.read_text("utf-8")
    for name, make in TABLES.get(path.name, {}).items():
        begin, end = f"<!-- begin {name} -->\n", f"<!-- end {name} -->"
        pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
        table = f"{begin}{make()}\n{end}"
        text, count = pattern.subn(lambda _, table=table: table, text)  # type: ignore[misc]
        if count != 1:
            raise ValueError(f"{path.name} needs one pair of markers for the table {name}")
    return text


def pages(folder: Path = FOLDER / "coverage") -> dict[Path, str]:
    """Return the pages by their paths, sorted by name, with their tables up to date."""
    return {path: with_tables(path) for path in sorted(folder.glob("*.md"))}


def assembled(folder: Path = FOLDER / "coverage") -> str:
    """Return the text of `COVERAGE.md`: the introduction, then every page in order of name."""
    parts = [text.strip() for text in pages(folder).values()]
    return "\n\n".join([INTRODUCTION.strip(), *parts]) + "\n"


def main(argv: Sequence[str]) -> int:
    """Write or check the pages and `COVERAGE.md`; returns the exit code."""
    wanted = {**pages(), COVERAGE: assembled()}
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text("utf-8") != text]
    if "--check" not in argv:
        for path in stale:
            path.write_text(wanted[path], "utf-8")
        return 0
    for path in stale:
        print(f"{path.name} is not up to date. Run: make docs", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
