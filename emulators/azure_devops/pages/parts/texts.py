"""Renders texts that people wrote: Markdown without HTML in it, and HTML converted through Markdown.

https://learn.microsoft.com/azure/devops/project/wiki/markdown-guidance
"""

import re
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdownify import markdownify

from emulators.azure_devops.pages.parts.html import Html, tag
from emulators.azure_devops.pages.parts.references import ENVIRONMENT_KEY, References, use_references

MAX_HTML = 200_000
HEADINGS_BELOW = 2  # a page's own headings are h1 and h2
_ATTACHMENT = re.compile(
    r"(?:http://(?:127\.0\.0\.1|localhost)(?::\d+)?)?/([\w.%-]+)(?:/[\w.%-]+)?"
    r'/_apis/wit/attachments/([0-9a-fA-F-]{36})(?:\?[^"]*)?'
)
_ADDRESS = re.compile(r' (src|href)="([^"]*)"')


@cache
def _renderer() -> MarkdownIt:
    renderer = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])
    renderer.core.ruler.push("smaller_headings", _smaller_headings)
    use_references(renderer)
    return renderer


def _smaller_headings(state: StateCore) -> None:
    for token in state.tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1:]) + HEADINGS_BELOW)}"


def markdown(text: str, references: References | None = None) -> Html:
    """Return *text* rendered; HTML in it is shown as text, and links lead only to safe addresses.

    Headings rank below those of the page, and links to attachments lead to the pages instead of the API.
    """
    rendered = str(_renderer().render(text, {ENVIRONMENT_KEY: references}))
    return Html(_ADDRESS.sub(_readable_address, rendered))


def attachment_path(url: str) -> str | None:
    """Return the page address of an attachment, which needs no sign-in; None for any other address."""
    match = _ATTACHMENT.fullmatch(url)
    return f"/{match[1]}/_workitems/attachments/{match[2].lower()}" if match else None


def _readable_address(attribute: re.Match[str]) -> str:
    path = attachment_path(attribute[2])
    return f' {attribute[1]}="{path}"' if path else attribute[0]


def rich(text: str, references: References | None = None, *, is_markdown: bool) -> Html:
    """Return the value of a text field, which is HTML unless the field is set to Markdown."""
    if is_markdown:
        return markdown(text, references)
    if len(text) > MAX_HTML:
        return tag("pre", text[:MAX_HTML])
    return markdown(markdownify(text, strip=["script", "style"], heading_style="ATX"), references)
