"""Rendering what people wrote: Markdown without HTML in it, and HTML by way of Markdown."""

from functools import cache

from markdown_it import MarkdownIt
from markdownify import markdownify

from emulators.azure_devops.pages.html import Html, tag

LONGEST_HTML = 200_000


@cache
def _renderer() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])


def markdown(text: str) -> Html:
    """Return *text* rendered; HTML in it is shown as text, and links lead only to safe addresses."""
    return Html(_renderer().render(text))


def rich(text: str, *, is_markdown: bool) -> Html:
    """Return the value of a text field, which is HTML unless the field is set to Markdown."""
    if is_markdown:
        return markdown(text)
    if len(text) > LONGEST_HTML:
        return tag("pre", text[:LONGEST_HTML])
    return markdown(markdownify(text, strip=["script", "style"], heading_style="ATX"))
