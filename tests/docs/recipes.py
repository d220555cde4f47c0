"""Follows a recipe of docs/recipes/ word for word in a checkout.

What a recipe says is in its fenced blocks, taken in order:

- after "New file `path`:" the block is that file
- a `diff` block after "In `path`:" changes that file: lines with a space are there, once and in this order,
  lines with `-` go, lines with `+` come
- an `sh` block is run in the checkout; a block after "Expect ...:" is part of what that printed

A block of any other kind is an error, so that nothing in a recipe is left untested by accident.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.docs.pages import blocks

NEW_FILE = re.compile(r"New file `([^`]+)`[^`\n]*:$", re.M)
CHANGED_FILE = re.compile(r"In `([^`]+)`[^`\n]*:$")
EXPECTED = re.compile(r"Expect\b[^\n]*:$")


@dataclass(frozen=True)
class NewFile:
    """A file to write."""

    path: str
    text: str


@dataclass(frozen=True)
class Change:
    """Lines to replace in a file."""

    path: str
    old: str
    new: str


@dataclass(frozen=True)
class Command:
    """A script to run, and the texts that it must print."""

    script: str
    expected: tuple[str, ...] = ()


Step = NewFile | Change | Command


def steps_of(text) -> Iterator[Step]:
    """Return the steps of the recipe *text*; raises ValueError for a block that is none of them."""
    found: list[Step] = []
    for block in blocks(text):
        before = block.before.strip().rpartition("\n\n")[2]
        if block.language == "sh":
            found.append(Command(block.text))
        elif new := NEW_FILE.search(before):
            found.append(NewFile(new[1], block.text))
        elif (changed := CHANGED_FILE.search(before)) and block.language == "diff":
            found += [Change(changed[1], *hunk) for hunk in _hunks(block.text)]
        elif EXPECTED.search(before) and found and isinstance(found[-1], Command):
            found[-1] = Command(found[-1].script, (*found[-1].expected, *block.text.splitlines()))
        else:
            raise ValueError(f"this block is neither a file, nor a change, nor a command:\n{block.text}")
    return found


def _hunks(diff):
    """Return the old and the new text of each hunk of *diff*; hunks are separated by a line `@@`."""
    for hunk in re.split(r"^@@.*\n", diff, flags=re.M):
        lines = [line or " " for line in hunk.splitlines()]
        if not lines:
            continue
        wrong = [line for line in lines if line[0] not in " +-"]
        if wrong:
            raise ValueError(f"a line of a diff begins with a blank, + or -: {wrong[0]!r}")
        yield tuple("".join(f"{line[1:]}\n" for line in lines if line[0] != drop) for drop in "+-")


def follow(text, checkout):
    """Take the steps of the recipe *text* in *checkout*; fails with the first that does not work."""
    for step in steps_of(text):
        match step:
            case NewFile(path, content):
                assert not (checkout.folder / path).exists(), f"{path} is there already"
                checkout.write(path, content)
            case Change(path, old, new):
                content = checkout.read(path)
                assert content.count(old) == 1, f"{path} has these lines {content.count(old)} times:\n{old}"
                checkout.write(path, content.replace(old, new))
            case Command(script, expected):
                printed = checkout.sh(script, seconds=900)
                for line in expected:
                    assert line.strip() in printed, f"{script!r} did not print {line!r}:\n{printed[-6000:]}"
