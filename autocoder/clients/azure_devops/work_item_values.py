"""Values of work items, comments and updates, parsed from the JSON of Azure DevOps without I/O.

https://learn.microsoft.com/rest/api/azure/devops/wit/work-items/get-work-item
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from autocoder.errors import UnexpectedAnswer

_ATTACHMENT = re.compile(r"/_apis/wit/attachments/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:/|$)", re.I)

Category = Literal["Proposed", "InProgress", "Resolved", "Completed", "Removed"]


@dataclass(frozen=True, slots=True)
class Relation:
    """One link of a work item: its kind (`ArtifactLink`, `System.LinkTypes.Related` ...), target and name."""

    rel: str
    url: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class WorkItemRecord:
    """A work item as Azure DevOps stores it; `formats` says which of the `fields` are Markdown."""

    id: int
    rev: int
    project: str
    fields: Mapping[str, Any]
    relations: tuple[Relation, ...]
    formats: Mapping[str, str]
    web_url: str

    @property
    def tags(self) -> tuple[str, ...]:
        """Its tags."""
        return split_tags(self.fields.get("System.Tags"))


@dataclass(frozen=True, slots=True)
class CommentRecord:
    """A comment: the id and name of its author, its text as stored, and whether that is Markdown."""

    id: int
    author_id: str
    author: str
    text: str
    is_markdown: bool
    created_at: str


@dataclass(frozen=True, slots=True)
class UpdateRecord:
    """The changes of one revision: the id and name of their author, and `{field: {oldValue, newValue}}`."""

    id: int
    rev: int
    author_id: str
    author: str
    fields: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class State:
    """A state of a work item type, and its category."""

    name: str
    category: str


def split_tags(value: object) -> tuple[str, ...]:
    """Return the tags in the field `System.Tags`, a string joined by `;`; none if the field is missing."""
    parts = str(value).split(";") if isinstance(value, str) else ()
    return tuple(part.strip() for part in parts if part.strip())


def with_tags(present: Sequence[str], added: Sequence[str]) -> tuple[str, ...]:
    """Return *present* and those of *added* that it lacks, compared without case."""
    have = {tag.casefold() for tag in present}
    return (*present, *(tag for tag in added if tag.casefold() not in have))


def without_tags(present: Sequence[str], removed: Sequence[str]) -> tuple[str, ...]:
    """Return *present* without *removed*, compared without case."""
    gone = {tag.casefold() for tag in removed}
    return tuple(tag for tag in present if tag.casefold() not in gone)


def pull_request_artifact(project_id: str, repository_id: str, pull_request: int) -> str:
    """Return the artifact URI by which work items link to a pull request."""
    return f"vstfs:///Git/PullRequestId/{project_id}%2F{repository_id}%2F{pull_request}"


def attachment_id(organization_url: str, url: str) -> str | None:
    """Return the id in an attachment's *url*, or None when it does not belong to the organisation.

    Old work items have URLs on `<organisation>.visualstudio.com`; only the id in them is used.
    """
    ours, given = urlsplit(organization_url), urlsplit(url)
    organization = ours.path.strip("/").casefold()
    found = _ATTACHMENT.search(given.path)
    here = given.netloc == ours.netloc and given.path.casefold().startswith(f"/{organization}/")
    legacy = given.scheme == "https" and given.netloc.casefold() == f"{organization}.visualstudio.com"
    return found[1].lower() if found and (legacy or (here and given.scheme == ours.scheme)) else None


def record_of(answer: Any) -> WorkItemRecord:
    """Return the work item in *answer*. Raises `UnexpectedAnswer` when it is something else."""
    try:
        fields = dict(answer["fields"])
        relations = tuple(_relation(row) for row in answer.get("relations") or ())
        web_url = ((answer.get("_links") or {}).get("html") or {}).get("href") or ""
        return WorkItemRecord(
            id=int(answer["id"]),
            rev=int(answer["rev"]),
            project=str(fields.get("System.TeamProject", "")),
            fields=fields,
            relations=relations,
            formats=dict(answer.get("multilineFieldsFormat") or {}),
            web_url=str(web_url),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise UnexpectedAnswer("Azure DevOps returned something other than a work item.") from None


def _relation(row: Mapping[str, Any]) -> Relation:
    return Relation(str(row["rel"]), str(row["url"]), str((row.get("attributes") or {}).get("name") or ""))


def comment_of(row: Any) -> CommentRecord:
    """Return the comment in *row*. Raises `UnexpectedAnswer` when it is something else."""
    try:
        author = row.get("createdBy") or {}
        return CommentRecord(
            id=int(row.get("id") or row["commentId"]),
            author_id=str(author.get("id") or ""),
            author=str(author.get("displayName") or ""),
            text=str(row.get("text") or ""),
            is_markdown=str(row.get("format", "")).lower() in ("markdown", "0"),
            created_at=str(row.get("createdDate") or ""),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise UnexpectedAnswer("Azure DevOps returned something other than a comment.") from None


def update_of(row: Any) -> UpdateRecord:
    """Return the update in *row*. Raises `UnexpectedAnswer` when it is something else."""
    try:
        author = row.get("revisedBy") or {}
        fields = dict(row.get("fields") or {})
        name = str(author.get("displayName") or "")
        return UpdateRecord(int(row["id"]), int(row["rev"]), str(author.get("id") or ""), name, fields)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise UnexpectedAnswer("Azure DevOps returned something other than an update.") from None
