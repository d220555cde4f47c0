"""Builds HTML in which every text is escaped.

https://learn.microsoft.com/aspnet/core/security/cross-site-scripting
"""

from collections.abc import Iterable
from html import escape

VOID = ("br", "hr", "img", "input", "link", "meta")


class Html(str):
    """HTML that is already safe; any other string is text and gets escaped."""

    __slots__ = ()


Child = str | int | None | Iterable["Child"]


def tag(name: str, /, *children: Child, **attributes: str | None) -> Html:
    """Return an element; `class_` and `for_` lose their underscore, attributes that are None are left out."""
    shown = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Html(f"<{name}{shown}>" if name in VOID else f"<{name}{shown}>{join(*children)}</{name}>")


def join(*children: Child) -> Html:
    """Return *children* concatenated, with text escaped."""
    parts: list[str] = []
    for child in children:
        if isinstance(child, Html):
            parts.append(child)
        elif isinstance(child, str | int):
            parts.append(escape(str(child)))
        elif child is not None:
            parts.append(join(*child))
    return Html("".join(parts))


def link(text: Child, href: str) -> Html:
    """Return a link to a web address or a path of this site; for any other *href*, only the text."""
    if href.startswith(("http://", "https://", "/")) and not href.startswith("//"):
        return tag("a", text, href=href)
    return join(text)
