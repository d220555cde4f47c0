"""Text of a work item, as a person sees it: HTML to Markdown, without what is hidden from the reader.

Hidden text has carried instructions to agents; what a reviewer cannot see, the agent does not get. What was
left out is counted, so that the report can say so.
"""

import re
from dataclasses import dataclass

MAX_LENGTH = 100_000
# Zero-width, bidirectional and tag characters: https://www.unicode.org/reports/tr36/
INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]"
)
HARMLESS = "\u200b\u200d\ufe0f\ufeff\u00ad"  # editors and emoji leave these behind; they say nothing
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
TERMINAL = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?"
)  # ECMA-48: colours, titles
MARKDOWN_COMMENT = re.compile(
    r"<!--.*?(?:-->|\Z)|^ {0,3}\[[^\]\n]*\]:[ \t]*(?:#|<>)[ \t]*[\"'(][^\n]*$", re.DOTALL | re.MULTILINE
)
MAY_HIDE = re.compile(r"\b(?:style|hidden|color)\b|<(?:script|template|[!?])", re.IGNORECASE)
IMAGE = re.compile(r"!\[[^\[\]]*\]\((\S+?)(?:\s[^)]*)?\)")
CI_MARK = re.compile(  # as far as where a blank makes it a mark no more
    r"\[(?=(?:skip (?:ci|azurepipelines|azpipelines|azp)|(?:ci|azurepipelines|azpipelines|azp) skip)\])"
    r"|\*\*\*(?=NO_CI)|\bskip-(?=checks: ?true)",
    re.IGNORECASE,
)
TAG_WITH_ATTRIBUTES = re.compile(r"<(?=[A-Za-z][\w:-]*[\s/][^>=]*=)")


@dataclass(frozen=True, slots=True)
class Visible:
    """What a reader sees, as Markdown; how many hidden pieces were left out; addresses of its images."""

    text: str
    hidden_parts: int = 0
    images: tuple[str, ...] = ()


def from_html(html: str | None) -> Visible:
    """Return the visible part of a work item's HTML field as Markdown."""
    from autocoder.texts.html import shown  # the cold start needs no parser of HTML

    text, hidden, images = shown((html or "")[: MAX_LENGTH * 10])
    visible = from_markdown(text)
    return Visible(visible.text, hidden + visible.hidden_parts, images)


def from_markdown(text: str | None) -> Visible:
    """Return the visible part of a Markdown field: no comments, no hidden HTML, no invisible characters."""
    plain, comments = MARKDOWN_COMMENT.subn("", (text or "")[: MAX_LENGTH * 10])
    elements = 0
    if "<" in plain and MAY_HIDE.search(plain):
        from autocoder.texts.html import without_hidden  # as above

        plain, elements = without_hidden(plain)
    invisible = any(mark not in HARMLESS for mark in INVISIBLE.findall(plain))
    plain = INVISIBLE.sub("", plain)
    plain = CONTROL.sub("", plain.replace("\r\n", "\n"))
    plain = re.sub(r"\n{3,}", "\n\n", plain).strip()
    images = tuple(found[1] for found in IMAGE.finditer(plain))
    plain = IMAGE.sub(r"![](\1)", plain)  # its other words are shown to nobody who sees it
    return Visible(plain[:MAX_LENGTH], comments + elements + invisible, images)


def inert(text: str) -> str:
    """Return Markdown *text* that loads nothing when it is read: no images, no HTML tags with attributes.

    An address in an image is called by the reader's browser, with whatever an agent has put into it.
    """
    return TAG_WITH_ATTRIBUTES.sub("< ", text.replace("![", "! ["))


def without_ci_marks(text: str) -> str:
    """Return *text* without the words in a commit's message that keep Azure Pipelines from starting.

    https://learn.microsoft.com/azure/devops/pipelines/repos/azure-repos-git#skipping-ci-for-individual-pushes
    """
    return CI_MARK.sub(r"\g<0> ", text)


def fenced(text: str) -> str:
    """Return *text* as a block of code that nothing in it can end: no colours, no invisible characters."""
    plain = CONTROL.sub(
        "", INVISIBLE.sub("", TERMINAL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))
    )
    longest = max((len(run) for run in re.findall("`+", plain)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{plain.strip()}\n{fence}"


def one_line(text: str | None, longest: int = 255) -> str:
    """Return *text* as one visible line of at most *longest* characters: titles, names, reasons."""
    plain = " ".join(CONTROL.sub(" ", INVISIBLE.sub("", (text or "")[: longest * 4])).split())
    return plain if len(plain) <= longest else plain[: longest - 1] + "…"
