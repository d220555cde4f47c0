"""Text of a work item, as a person sees it: HTML to Markdown, without what is hidden from the reader.

Hidden text has carried instructions to agents; what a reviewer cannot see, the agent does not get. What was
left out is counted, so that the report can say so.
"""

import re
from dataclasses import dataclass

from bs4 import BeautifulSoup, Comment, Tag
from bs4.element import PageElement
from markdownify import MarkdownConverter

LONGEST = 100_000
# Zero-width, bidirectional and tag characters: https://www.unicode.org/reports/tr36/
INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]"
)
HARMLESS = "\u200b\u200d\ufe0f\ufeff\u00ad"  # editors and emoji leave these behind; they say nothing
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
MARKDOWN_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
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


@dataclass(frozen=True, slots=True)
class Visible:
    """What a reader sees, as Markdown; how many hidden pieces were left out; addresses of its images."""

    text: str
    hidden_parts: int = 0
    images: tuple[str, ...] = ()


def from_html(html: str | None) -> Visible:
    """Return the visible part of a work item's HTML field as Markdown."""
    soup = BeautifulSoup((html or "")[: LONGEST * 10], "html.parser")
    hidden = _remove_hidden(soup)
    images = tuple(str(image["src"]) for image in soup.find_all("img", src=True))
    text = MarkdownConverter(heading_style="ATX", bullets="-", escape_misc=False).convert_soup(soup)
    visible = from_markdown(text)
    return Visible(visible.text, hidden + visible.hidden_parts, images)


def from_markdown(text: str | None) -> Visible:
    """Return the visible part of a Markdown field: no comments, no invisible characters."""
    plain, comments = MARKDOWN_COMMENT.subn("", text or "")
    invisible = any(mark not in HARMLESS for mark in INVISIBLE.findall(plain))
    plain = INVISIBLE.sub("", plain)
    plain = CONTROL.sub("", plain.replace("\r\n", "\n"))
    plain = re.sub(r"\n{3,}", "\n\n", plain).strip()
    images = tuple(re.findall(r"!\[[^\]]*\]\((\S+?)(?:\s[^)]*)?\)", plain))
    return Visible(plain[:LONGEST], comments + invisible, images)


def one_line(text: str | None, longest: int = 255) -> str:
    """Return *text* as one visible line of at most *longest* characters: titles, names, reasons."""
    plain = " ".join(CONTROL.sub(" ", INVISIBLE.sub("", (text or "")[: longest * 4])).split())
    return plain if len(plain) <= longest else plain[: longest - 1] + "…"


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
