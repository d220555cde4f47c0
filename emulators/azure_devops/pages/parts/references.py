"""References in Markdown: `#12` is a work item, `!3` a pull request, `run <id>` a run of the app.

https://learn.microsoft.com/azure/devops/project/wiki/markdown-guidance#link-to-work-items-from-a-wiki-page
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

ENVIRONMENT_KEY = "page_references"  # markdown-it keeps link definitions as "references"
RUN_ID = r"(?=[a-z]*[0-9])[0-9a-z]{16,40}"
_REFERENCE = re.compile(
    r"(?<![\w&#/!])#(?P<work_item>[0-9]{1,9})\b"
    r"|(?<![\w&#/!])!(?P<pull_request>[0-9]{1,9})\b"
    rf"|(?<=\b[Rr]un )(?P<run>{RUN_ID})\b"
)


@dataclass(frozen=True, slots=True)
class References:
    """Functions that return the path of a referenced page, or None when there is no such page."""

    work_item: Callable[[str], str | None]
    pull_request: Callable[[str], str | None]
    run: Callable[[str], str | None]


def use_references(renderer: MarkdownIt) -> None:
    """Make *renderer* link references if its environment has `References`."""
    renderer.core.ruler.push("references", _link_references)


def _link_references(state: StateCore) -> None:
    references = state.env.get(ENVIRONMENT_KEY)
    if not isinstance(references, References):
        return
    for block in state.tokens:
        if block.type == "inline" and block.children:
            block.children = list(_linked(block.children, references))


def _linked(tokens: list[Token], references: References) -> Iterator[Token]:
    """Return *tokens* with the references in their texts as links; links and code stay as they are."""
    depth = 0
    for token in tokens:
        depth += {"link_open": 1, "link_close": -1}.get(token.type, 0)
        if token.type == "text" and depth == 0:
            yield from _split(token.content, references)
        else:
            yield token


def _split(text: str, references: References) -> Iterator[Token]:
    end = 0
    for match in _REFERENCE.finditer(text):
        kind = str(match.lastgroup)
        path = getattr(references, kind)(match[kind])
        if path is None:
            continue
        yield _text(text[end : match.start()])
        yield Token("link_open", "a", 1, attrs={"href": path})
        yield _text(match[0])
        yield Token("link_close", "a", -1)
        end = match.end()
    yield _text(text[end:])


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)
