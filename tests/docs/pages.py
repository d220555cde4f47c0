"""The repository's Markdown: its pages, and what is in them."""

import re
import subprocess
from dataclasses import dataclass

from tests.docs.checkout import ROOT

FENCE = re.compile(
    r"^(?P<indent> *)(?P<marks>`{3,})(?P<language>[^\n`]*)\n(?P<text>.*?)^ *(?P=marks) *$", re.M | re.S
)


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, and the prose before it since the block before."""

    language: str
    text: str
    before: str


def tracked(*patterns):
    """Return the files of the checkout that fit `git ls-files` patterns, by name, with the new ones."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return sorted(name for name in listed.split("\0") if name and (ROOT / name).exists())


def blocks(text):
    """Return the fenced blocks of the page *text*, in order, without the indentation of a list."""
    found, end = [], 0
    for match in FENCE.finditer(text):
        indent = len(match["indent"])
        lines = [line[indent:] if line[:indent].isspace() else line for line in match["text"].splitlines()]
        found.append(
            Block(
                match["language"].strip(), "".join(f"{line}\n" for line in lines), text[end : match.start()]
            )
        )
        end = match.end()
    return found


def prose(text):
    """Return the page *text* without its fenced blocks and comments."""
    return re.sub(r"<!--.*?-->", "", FENCE.sub("", text), flags=re.S)


def anchors(text):
    """Return the anchors of the headings in the page *text*, as Git hosts make them.

    https://docs.github.com/get-started/writing-on-github/getting-started-with-writing-and-formatting-on-github/basic-writing-and-formatting-syntax#section-links
    """
    found, counted = set(), {}
    for heading in re.findall(r"^#+ +(.*?)\s*$", FENCE.sub("", text), re.M):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").lower()
        anchor = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        number = counted[anchor] = counted.get(anchor, -1) + 1
        found.add(f"{anchor}-{number}" if number else anchor)
    return found
