"""Finds the calls of the Azure CLI in shell scripts, YAML files and Markdown documents.

A call runs from the word `az` to the end of its command. Line continuations belong to it; a command
substitution inside it does not, because that is a call of its own. Where the text is ambiguous, the call ends
early, so that a check of its options fails rather than passes.

https://learn.microsoft.com/cli/azure/reference-index
"""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from markdown_it import MarkdownIt

from tests.infra.bicep import ROOT

START = re.compile(r"(?<![\w.$-])az[ \t]+(?=[\w\"'$-])")
COMMAND = re.compile(r"az((?:[ \t]+[a-z][a-z0-9-]*)*)")
ENDS_A_COMMAND = "\n;|&)`"
SHEBANG = re.compile(rb"#!.*[/ ](ba|da)?sh\b")


@dataclass(frozen=True)
class Call:
    """One call: its command (`acr repository update`) and its own text."""

    command: str
    text: str

    def names_the_subscription(self) -> bool:
        """Whether the call names the subscription of the environment, and no other."""
        named = re.findall(r"\s--subscription[ =](\S+)", self.text)
        return named == ['"$AZURE_SUBSCRIPTION_ID"']


def files() -> list[Path]:
    """Return the tracked scripts, YAML files and documents of the product."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    paths = [ROOT / name for name in listed.stdout.split("\0") if name and not name.startswith("tests/")]
    return [path for path in paths if path.is_file() and _can_hold_calls(path)]


def calls_of(path: Path) -> list[Call]:
    """Return the calls of a file, which are the code of a document and the strings of a YAML file."""
    text = path.read_text("utf-8")
    if path.suffix in (".yml", ".yaml"):
        return [
            call
            for document in yaml.safe_load_all(text)
            for part in _strings(document)
            for call in calls(part)
        ]
    if path.suffix == ".md":
        return [call for part in _code(text) for call in calls(part)]
    return calls(text)


def calls(script: str) -> list[Call]:
    """Return the calls of a shell script, substituted ones too."""
    text = _without_comments(script.replace("\\\n", " "))
    starts = {match.start() for match in START.finditer(text)}
    return [_call(text, start, starts) for start in sorted(starts)]


def _can_hold_calls(path: Path) -> bool:
    if path.suffix in (".sh", ".yml", ".yaml", ".md") or path.name == "Makefile":
        return True
    with path.open("rb") as file:
        return SHEBANG.match(file.readline()) is not None


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _strings(one)


def _code(document: str) -> Iterator[str]:
    for token in MarkdownIt().parse(document):
        if token.type in ("fence", "code_block"):
            yield token.content
        yield from (child.content for child in token.children or [] if child.type == "code_inline")


def _without_comments(text: str) -> str:
    kept, quote, position = "", "", 0
    while position < len(text):
        character = text[position]
        if character == "\\" and quote != "'":
            kept, position = kept + text[position : position + 2], position + 2
            continue
        if character == "#" and not quote and (not kept or kept[-1].isspace()):
            end = text.find("\n", position)
            position = len(text) if end < 0 else end
            continue
        quote = _quote_after(character, quote)
        kept, position = kept + character, position + 1
    return kept


def _call(text: str, start: int, starts: set[int]) -> Call:
    own, quote, depth, position = "", "", 0, start
    while position < len(text):
        character, before = text[position], text[position - 1 : position]
        if character == "\\" and quote != "'":
            own, position = own + ("" if depth else text[position : position + 2]), position + 2
            continue
        if character == "(" and (depth or before == "$") and quote != "'":
            depth += 1
        elif depth:
            depth -= character == ")"
        elif _ends(character, before, quote) or (position in starts and position != start):
            break
        else:
            quote = _quote_after(character, quote)
            own += character
        position += 1
    words = COMMAND.match(own)
    return Call(words[1].strip() if words else "", own)


def _ends(character: str, before: str, quote: str) -> bool:
    return not quote and character in ENDS_A_COMMAND and not (character == "&" and before == ">")


def _quote_after(character: str, quote: str) -> str:
    """Return the quotation mark that is open after *character*."""
    if character not in "'\"":
        return quote
    if not quote:
        return character
    return "" if character == quote else quote
