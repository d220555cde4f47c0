"""Work items: their fields, comments, attachments, tags, states, links and updates.

A write tests that the revision is still the one that was read; if not, the work item is read again.

https://learn.microsoft.com/rest/api/azure/devops/wit/
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from autocoder.clients.azure_devops.protocol import JSON_PATCH, rows
from autocoder.clients.azure_devops.session import Session
from autocoder.clients.azure_devops.work_item_values import (
    CommentRecord,
    State,
    UpdateRecord,
    WorkItemRecord,
    attachment_id,
    comment_of,
    pull_request_artifact,
    record_of,
    update_of,
    with_tags,
    without_tags,
)
from autocoder.errors import InvalidArgument, NotFound, StaleRevision

COMMENTS = "7.1-preview.4"
MARKDOWN_COMMENTS = "7.2-preview.4"  # the first version with `format`: 0 is Markdown, 1 is HTML
PAGE = 200
MAX_COMMENTS = 1_000
ATTEMPTS = 4  # at a write, each with the latest revision


@dataclass(frozen=True)
class WorkItems:
    """The work items of one organisation."""

    session: Session

    def get(self, item: int, project: str | None = None) -> WorkItemRecord:
        """Return the work item with all fields and relations. Raises `NotFound`."""
        return record_of(
            self.session.json("GET", *_scope(project), "_apis/wit/workitems", item, query={"$expand": "all"})
        )

    def comments(self, project: str, item: int, *, newest_first: bool = False) -> Iterator[CommentRecord]:
        """Yield at most `MAX_COMMENTS` comments, page by page, without deleted ones."""
        query = {"$top": PAGE, "order": "desc" if newest_first else "asc"}
        token = None
        for _ in range(MAX_COMMENTS // PAGE):
            answer = self.session.json(
                "GET", project, "_apis/wit/workItems", item, "comments",
                query={**query, "continuationToken": token}, version=COMMENTS,
            )  # fmt: skip
            yield from (comment_of(row) for row in _listed(answer, "comments") if not row.get("isDeleted"))
            token = answer.get("continuationToken")
            if not token:
                return

    def find_comment(self, project: str, item: int, marker: str) -> CommentRecord | None:
        """Return the oldest comment whose text contains *marker*, or None."""
        return next((found for found in self.comments(project, item) if marker in found.text), None)

    def add_comment(self, project: str, item: int, markdown: str) -> int:
        """Add a comment; return its id."""
        answer = self.session.json(
            "POST", project, "_apis/wit/workItems", item, "comments",
            query={"format": 0}, body={"text": markdown}, version=MARKDOWN_COMMENTS,
        )  # fmt: skip
        return comment_of(answer).id

    def edit_comment(self, project: str, item: int, comment_id: int, markdown: str) -> None:
        """Replace the text of a comment. Raises `NotFound` when the comment was deleted."""
        answer = self.session.json(
            "PATCH", project, "_apis/wit/workItems", item, "comments", comment_id,
            query={"format": 0}, body={"text": markdown}, version=MARKDOWN_COMMENTS,
        )  # fmt: skip
        if isinstance(answer, dict) and answer.get("isDeleted"):
            raise NotFound("The comment was deleted.")

    def set_state(self, item: int, choose: Callable[[WorkItemRecord], str | None]) -> None:
        """Set the state that *choose* returns for the latest revision; None leaves it as it is.

        Raises `StaleRevision` when the work item changes faster than it can be read.
        """

        def operations(record: WorkItemRecord) -> list[dict[str, Any]]:
            state = choose(record)
            return [{"op": "add", "path": "/fields/System.State", "value": state}] if state else []

        self._read_and_write(item, operations)

    def add_tags(self, item: int, tags: Sequence[str]) -> tuple[str, ...]:
        """Add *tags*; return all tags."""
        return self._retag(item, lambda present: with_tags(present, tags))

    def remove_tags(self, item: int, tags: Sequence[str]) -> tuple[str, ...]:
        """Remove *tags*, compared without case; return the remaining tags."""
        return self._retag(item, lambda present: without_tags(present, tags))

    def add_pull_request_link(
        self, item: int, project_id: str, repository_id: str, pull_request: int
    ) -> None:
        """Link the work item to a pull request, unless it is linked already."""
        url = pull_request_artifact(project_id, repository_id, pull_request)
        relation = {"rel": "ArtifactLink", "url": url, "attributes": {"name": "Pull Request"}}

        def operations(record: WorkItemRecord) -> list[dict[str, Any]]:
            if any(link.url.casefold() == url.casefold() for link in record.relations):
                return []
            return [{"op": "add", "path": "/relations/-", "value": relation}]

        self._read_and_write(item, operations)

    def states(self, project: str, work_item_type: str) -> tuple[State, ...]:
        """Return the states of a work item type, in order."""
        answer = self.session.json("GET", project, "_apis/wit/workitemtypes", work_item_type, "states")
        return tuple(State(str(row.get("name", "")), str(row.get("category", ""))) for row in rows(answer))

    def update(self, item: int, number: int) -> UpdateRecord:
        """Return update *number* of a work item."""
        return update_of(self.session.json("GET", "_apis/wit/workItems", item, "updates", number))

    def updates(self, item: int, skip: int = 0) -> tuple[UpdateRecord, ...]:
        """Return up to 200 updates after the first *skip*, oldest first."""
        answer = self.session.json(
            "GET", "_apis/wit/workItems", item, "updates", query={"$top": PAGE, "$skip": skip}
        )
        return tuple(update_of(row) for row in rows(answer))

    def attachment(self, url: str, limit: int) -> bytes:
        """Return an attachment's bytes.

        Raises `InvalidArgument` when it belongs to another organisation, `TooLarge` above *limit* bytes.
        """
        found = attachment_id(self.session.organization_url, url)
        if found is None:
            raise InvalidArgument("The image is not an attachment of this organisation.")
        return self.session.download("_apis/wit/attachments", found, limit=limit)

    def _retag(self, item: int, change: Callable[[tuple[str, ...]], tuple[str, ...]]) -> tuple[str, ...]:
        def operations(record: WorkItemRecord) -> list[dict[str, Any]]:
            wanted = change(record.tags)
            if wanted == record.tags:
                return []
            verb = "replace" if record.tags else "add"  # `add` would append to existing tags
            return [{"op": verb, "path": "/fields/System.Tags", "value": "; ".join(wanted)}]

        return self._read_and_write(item, operations).tags

    def _read_and_write(
        self,
        item: int,
        operations: Callable[[WorkItemRecord], list[dict[str, Any]]],
    ) -> WorkItemRecord:
        for attempt in range(ATTEMPTS):
            record = self.get(item)
            wanted = operations(record)
            if not wanted:
                return record
            try:
                return self._patch(item, record.rev, wanted)
            except StaleRevision:
                if attempt == ATTEMPTS - 1:
                    raise
        raise AssertionError("unreachable")

    def _patch(self, item: int, rev: int, operations: list[dict[str, Any]]) -> WorkItemRecord:
        body = [{"op": "test", "path": "/rev", "value": rev}, *operations]
        answer = self.session.json(
            "PATCH", "_apis/wit/workitems", item, query={"$expand": "all"}, body=body, content_type=JSON_PATCH
        )
        return record_of(answer)


def _scope(project: str | None) -> tuple[str, ...]:
    return () if project is None else (project,)


def _listed(answer: Any, name: str) -> list[dict[str, Any]]:
    return rows({"value": answer.get(name)} if isinstance(answer, dict) else None)
