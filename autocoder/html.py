"""HTML as a browser shows it: what hides from the reader is taken out, the rest becomes Markdown."""

import re

from bs4 import BeautifulSoup, Comment, Tag
from bs4.element import PageElement
from markdownify import MarkdownConverter

ACTIVE = ("script", "style", "template", "noscript", "iframe", "object", "embed", "head", "title", "svg")
NOTHING = re.compile(
    r"display:none|visibility:(?:hidden|collapse)|opacity:0?(?:\.0+)?(?:;|%|$)"
    r"|font-size:0*(?:\.0+)?[a-z%]*(?:;|$)|(?:max-)?(?:height|width):0(?:px)?(?:;|$)"
    r"|text-indent:-\d{3,}|(?:left|top):-\d{3,}|clip:rect\(0|clip-path:inset\((?:50|100)%|mso-hide:all"
)
WHITE = re.compile(
    r"^(?:#fff(?:fff)?|white|transparent|rgba?\(255,255,255(?:,[^)]*)?\)|rgba\([^)]*,0(?:\.0+)?\))$"
)
COLOR = re.compile(r"(?:^|;)color:([^;]+)")
BACKGROUND = re.compile(r"(?:^|;)background(?:-color)?:([^;]+)")


def shown(html: str) -> tuple[str, int, tuple[str, ...]]:
    """Return what is seen of *html* as Markdown, how many hidden pieces held text, its images' addresses."""
    soup = BeautifulSoup(html, "html.parser")
    hidden = _remove_hidden(soup)
    images = tuple(str(image["src"]) for image in soup.find_all("img", src=True))
    text = MarkdownConverter(heading_style="ATX", bullets="-", escape_misc=False).convert_soup(soup)
    return text, hidden, images


def _remove_hidden(soup: BeautifulSoup) -> int:
    """Take out of *soup* what a browser does not show; return how many pieces held text."""
    gone: list[PageElement] = list(soup.find_all(string=lambda text: isinstance(text, Comment)))
    gone += [tag for tag in soup.find_all(True) if isinstance(tag, Tag) and _is_hidden(tag)]
    count = 0
    for piece in gone:
        active = isinstance(piece, Tag) and piece.name in ACTIVE
        count += bool(piece.get_text(strip=True)) if isinstance(piece, Tag) and not active else 1
        piece.extract()
    return count


def _is_hidden(tag: Tag) -> bool:
    """Whether a browser shows nothing of *tag*'s text."""
    if tag.name in ACTIVE or tag.has_attr("hidden") or tag.get("type") == "hidden":
        return True
    style = re.sub(r"\s|!important", "", str(tag.get("style", ""))).lower()
    if NOTHING.search(style):
        return True
    color = COLOR.search(style)
    ink = color[1] if color else re.sub(r"\s", "", str(tag.get("color", ""))).lower()
    paper = BACKGROUND.search(style)
    if paper is not None and ink and paper[1] == ink:
        return True
    return bool(WHITE.match(ink)) and (paper is None or bool(WHITE.match(paper[1])))
