"""`emulators/COVERAGE.md`, assembled from a file for each emulator: `make docs`.

With `--check` nothing is written, and the exit code is 1 when the file is not what it would be.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1]
COVERAGE = FOLDER / "COVERAGE.md"
INTRODUCTION = """# What the emulators cover

Each emulator stands for one service that Autocoder uses, and is faithful to that service's documentation,
not to what the app happens to send. For each: what is faithful and from which pages, what is not covered,
and where the documentation is silent and what was chosen. Faults that a real service can have are set
through `/_control/faults` (`emulators/faults.py`), outside the imitated surface.

This file is assembled from `emulators/coverage/` by `make docs`.
"""


def assembled(folder: Path = FOLDER / "coverage") -> str:
    """Return the whole text: the introduction and every part, by name."""
    parts = [path.read_text().strip() for path in sorted(folder.glob("*.md"))]
    return "\n\n".join([INTRODUCTION.strip(), *parts]) + "\n"


def main(argv: Sequence[str]) -> int:
    """Write the file, or check it; returns the exit code."""
    if "--check" not in argv:
        COVERAGE.write_text(assembled())
        return 0
    if COVERAGE.exists() and COVERAGE.read_text() == assembled():
        return 0
    print(f"{COVERAGE.name} is not up to date. Run: make docs", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
