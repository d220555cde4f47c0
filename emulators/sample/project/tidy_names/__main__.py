"""The command line: `python3 -m tidy_names FOLDER [--apply]`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tidy_names.names import Rename, plan_renames


def main(argv: Sequence[str] | None = None) -> int:
    """Print the renames that would tidy the folder, and do them when asked to."""
    arguments = parser().parse_args(argv)
    folder = Path(arguments.folder)
    if not folder.is_dir():
        print(f"{folder} is not a folder", file=sys.stderr)
        return 2
    renames = plan_renames(file.name for file in folder.iterdir() if is_ours(file))
    show(renames)
    if arguments.apply:
        for rename in renames:
            (folder / rename.old).rename(folder / rename.new)
    return 0


def parser() -> argparse.ArgumentParser:
    """Return the arguments of the command."""
    arguments = argparse.ArgumentParser(prog="tidy_names", description="Tidy the file names in a folder.")
    arguments.add_argument("folder", help="the folder whose files get tidy names")
    arguments.add_argument("--apply", action="store_true", help="rename the files, do not only print")
    return arguments


def is_ours(file: Path) -> bool:
    """Whether *file* is one that may be renamed: a regular file that is not hidden."""
    return file.is_file() and not file.name.startswith(".")


def show(renames: Sequence[Rename]) -> None:
    """Print one line for each rename."""
    for rename in renames:
        print(f"{rename.old} -> {rename.new}")


if __name__ == "__main__":
    sys.exit(main())
