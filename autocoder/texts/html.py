"""HTML as a browser shows it: what hides from the reader is taken out, the rest becomes Markdown."""

import re
from html.parser import HTMLParser
from itertools import accumulate

from bs4 import BeautifulSoup, Comment, Tag
from bs4.element import PageElement
from markdownify import MarkdownConverter

ACTIVE = ("script", "style", "template", "noscript", "iframe", "object", "embed", "head", "title", "svg")
NOTHING = re.compile(
    r"display:none|visibility:(?:hidden|collapse)|opacity:0?(?:\.0\d*)?(?:;|%|$)"
    r"|font-size:(?:0*(?:\.\d+)?[a-z%]*|[12](?:\.\d+)?(?:px|pt))(?:;|$)|(?:max-)?(?:height|width):0(?:px)?(?:;|$)"
    r"|text-indent:-\d{3,}|(?:left|top):-\d{3,}|clip:rect\(0|clip-path:inset\((?:50|100)%|mso-hide:all"
)
WHITE = re.compile(
    r"^(?:#fff|#(?:f[b-f]){3}|white|transparent|rgba?\(255,255,255(?:,[^)]*)?\)|rgba\([^)]*,0(?:\.0+)?\))$"
)
VOID = ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,}).*?(?:^ {0,3}\1|\Z)", re.MULTILINE | re.DOTALL)
BOGUS_COMMENT = re.compile(r"<(?:!(?!--)|\?)[^>]*>")
TAG_BEGIN = re.compile(r"<(?=[A-Za-z/!?])")
COLOR = re.compile(r"(?:^|;)color:([^;]+)")
BACKGROUND = re.compile(r"(?:^|;)background(?:-color)?:([^;]+)")


def shown(html: str) -> tuple[str, int, tuple[str, ...]]:
    """Return what is seen of *html* as Markdown, how many hidden pieces held text, its images' addresses."""
    finished, unfinished = _finished(html)
    soup = BeautifulSoup(finished, "html.parser")
    hidden = _remove_hidden(soup) + unfinished
    images = tuple(str(image["src"]) for image in soup.find_all("img", src=True))
    for tag in soup.find_all(True):  # what is told only to those who point at it, or see no images
        if isinstance(tag, Tag):
            tag.attrs = {name: value for name, value in tag.attrs.items() if name not in ("title", "alt")}
    return _as_markdown(soup), hidden, images


def _as_markdown(soup: BeautifulSoup) -> str:
    try:
        return str(MarkdownConverter(heading_style="ATX", bullets="-", escape_misc=False).convert_soup(soup))
    except RecursionError:  # nobody writes elements nested that deeply by hand
        return soup.get_text("\n", strip=True)


def _finished(html: str) -> tuple[str, int]:
    """Return *html* without what a browser takes for a comment, or drops at the end; and how many those were.

    The parser has no patience with any of it: it would begin again at each "<" and take hours.
    """
    begun = html.find("<!--", html.rfind("-->") + 1)
    html, cut = (html[:begun], 1) if begun >= 0 else (html, 0)
    end = html.rfind(">") + 1
    whole, bogus = BOGUS_COMMENT.subn("", html[:end])
    rest = TAG_BEGIN.split(html[end:], maxsplit=1)
    return whole + rest[0], cut + bogus + len(rest) - 1


def without_hidden(markdown: str) -> tuple[str, int]:
    """Return *markdown* without the HTML elements in it that nobody sees, and how many they were."""
    finder = _HiddenElements(markdown)
    finder.feed(markdown[: markdown.rfind(">") + 1].replace("<![", "<!x"))  # as above
    finder.close()
    found = finder.found()
    for start, end in reversed(found):
        markdown = markdown[:start] + markdown[end:]
    return markdown, len(found)


class _HiddenElements(HTMLParser):
    """Where hidden elements begin and end in a Markdown text; what a fence shows as code hides nothing."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=False)
        self._text = text
        self._lines = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
        self._fences = [match.span() for match in FENCE.finditer(text)]
        self._found: list[tuple[int, int]] = []
        self._open: list[str] = []  # the hidden element, and those within it
        self._start = 0

    def found(self) -> list[tuple[int, int]]:
        """Return the beginnings and ends; an element without an end hides the rest."""
        return self._found + ([(self._start, len(self._text))] if self._open else [])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a hidden element, or go deeper into one."""
        position = self._position()
        if self._open:
            self._open += [] if tag in VOID else [tag]
        elif self._is_shown_as_code(position) or tag in VOID:
            return
        elif _is_hidden(Tag(name=tag, attrs={name: value or "" for name, value in attrs})):
            self._start, self._open = position, [tag]

    def handle_comment(self, _: str) -> None:
        """Take out a comment, or what a browser takes for one."""
        position = self._position()
        if not self._open and not self._is_shown_as_code(position):
            self._found.append((position, self._text.find(">", position) + 1))

    def handle_decl(self, decl: str) -> None:
        """Take out a declaration."""
        self.handle_comment(decl)

    def handle_pi(self, data: str) -> None:
        """Take out a processing instruction."""
        self.handle_comment(data)

    def set_cdata_mode(self, *_: object, **__: object) -> None:
        """Look for the end of a script as for any other's."""

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an element all the same: a browser does not look at the slash."""
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """End the innermost open element of that name, and with the outermost one the hidden part."""
        if tag in self._open:
            last = len(self._open) - 1 - self._open[::-1].index(tag)
            self._open = self._open[:last]
            if not self._open:
                self._found.append((self._start, self._text.find(">", self._position()) + 1))

    def _is_shown_as_code(self, position: int) -> bool:
        return any(start <= position < end for start, end in self._fences)

    def _position(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column


def _remove_hidden(soup: BeautifulSoup) -> int:
    """Take out of *soup* what a browser does not show; return how many pieces held text."""
    gone: list[PageElement] = [tag for tag in soup.find_all(True) if isinstance(tag, Tag) and _is_hidden(tag)]
    gone += list(soup.find_all(string=lambda text: isinstance(text, Comment)))
    count = 0
    for piece in gone:
        if piece.decomposed:  # with what it was in
            continue
        if isinstance(piece, Tag):
            count += piece.name in ACTIVE or bool(piece.get_text(strip=True))
            piece.decompose()
        else:
            count += 1
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
