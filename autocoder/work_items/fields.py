"""Converting the fields of a work item into the text that the agent reads, without I/O.

https://learn.microsoft.com/azure/devops/boards/work-items/guidance/work-item-field
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from autocoder.models import Image, WorkItem, WorkItemComment
from autocoder.texts.markdown import Visible, from_html, from_markdown, one_line

TEXT_FIELDS = {
    "description": "System.Description",
    "acceptance_criteria": "Microsoft.VSTS.Common.AcceptanceCriteria",
    "repro_steps": "Microsoft.VSTS.TCM.ReproSteps",
    "system_info": "Microsoft.VSTS.TCM.SystemInfo",
}
MAX_COMMENTS = 30
MAX_IMAGES = 10
MAX_IMAGE_BYTES = 10_000_000
MAX_TOTAL_IMAGE_BYTES = 50_000_000  # below what the containers accept as inputs
OWN_COMMENT = re.compile(r"\bRun [a-z0-9]{20}\b")  # the line by which a run finds its own comment


def visible(text: object, *, is_markdown: bool) -> Visible:
    """Return the part of a field or a comment that a reader sees."""
    words = text if isinstance(text, str) else ""
    return from_markdown(words) if is_markdown else from_html(words)


def work_item_of(
    fields: Mapping[str, Any],
    *,
    number: int,
    rev: int,
    formats: Mapping[str, str],
    web_url: str,
    tags: Sequence[str],
    related: Iterable[str],
) -> WorkItem:
    """Return the work item in *fields*; `images` has every address in its texts, with a generated name."""
    seen = {
        name: visible(fields.get(field), is_markdown=formats.get(field, "").lower() == "markdown")
        for name, field in TEXT_FIELDS.items()
    }
    urls = list(dict.fromkeys(url for part in seen.values() for url in part.images))
    return WorkItem(
        id=number,
        rev=rev,
        type=one_line(str(fields.get("System.WorkItemType", "")), 60),
        title=one_line(_text(fields.get("System.Title")), 255) or f"Work item {number}",
        state=one_line(str(fields.get("System.State", "")), 60),
        project=str(fields.get("System.TeamProject", "")),
        tags=tuple(tags),
        related=tuple(related),
        images=tuple(Image(name=f"images/{n}.{_ending(url)}", url=url) for n, url in enumerate(urls, 1)),
        hidden_parts=sum(part.hidden_parts for part in seen.values()),
        web_url=web_url,
        **{name: part.text for name, part in seen.items()},
    )


def comment_of(author: str, text: str, created_at: str, *, is_markdown: bool) -> WorkItemComment:
    """Return one comment as its readers see it."""
    seen = visible(text, is_markdown=is_markdown)
    return WorkItemComment(
        author=one_line(author, 100),
        text=seen.text[:10_000],
        created_at=one_line(created_at, 40),
        hidden_parts=seen.hidden_parts,
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _ending(url: str) -> str:
    """Return the extension of the image's file name if agents can read it, else `png`."""
    ending = url.rsplit(".", 1)[-1].lower()
    return ending if ending in {"png", "jpg", "jpeg", "gif", "webp"} else "png"
