"""Comments on work items: adding one creates a revision of the work item, editing one does not.

https://learn.microsoft.com/rest/api/azure/devops/wit/comments
"""

import re

from emulators.azure_devops.core import errors
from emulators.azure_devops.core.state import JSON, Identity, State, now
from emulators.azure_devops.core.utf16_length import length
from emulators.azure_devops.work_items import models as work_items
from emulators.azure_devops.work_items.models import Change, WorkItem

MAX_LENGTH = 150_000
_HTML_COMMENT = re.compile(r"<!--.*?(-->|$)", re.DOTALL)


def add(state: State, item: WorkItem, text: str, caller: Identity, *, markdown: bool = False) -> Change:
    """Add a comment; raises 400 when it is empty or too long."""
    comment = record(state, item.id, _clean(text, markdown=markdown), caller, markdown=markdown)
    draft = work_items.next_draft(state, item, caller)
    draft["fields"]["System.History"] = comment["text"]
    draft["fields"]["System.CommentCount"] = item.fields.get("System.CommentCount", 0) + 1
    return Change(work_items.save(state, item.project, draft), item.revision, caller, comment)


def record(state: State, number: int, text: str, caller: Identity, *, markdown: bool = False) -> JSON:
    """Save a comment without a new revision, for text from `System.History`."""
    comment: JSON = {
        "id": state.store.next("comment"),
        "version": 1,
        "text": text,
        "by": caller.id,
        "date": now(),
        "modifiedBy": caller.id,
        "modifiedDate": now(),
        "deleted": False,
        "format": "markdown" if markdown else "html",
    }
    return state.store.put("comment", comment["id"], comment, parent=number)


def find(state: State, item: WorkItem, number: int, *, deleted: bool = True) -> JSON:
    """Return a comment, including a deleted one if *deleted* is true; raises 404."""
    comment = state.store.get("comment", number, parent=item.id)
    if comment is None or (comment["deleted"] and not deleted):
        message = f"Work item comment {number} does not exist."
        raise errors.missing(message, "WorkItemCommentNotFoundException", errors.WORK_ITEMS)
    return comment


def listed(state: State, item: WorkItem, *, deleted: bool = False) -> list[JSON]:
    """Return the comments, oldest first, including deleted ones if *deleted* is true."""
    found = state.store.all("comment", parent=item.id)
    return [comment for comment in found if deleted or not comment["deleted"]]


def edit(state: State, item: WorkItem, number: int, text: str, caller: Identity, *, markdown: bool) -> JSON:
    """Change the text of a comment; raises 403 unless *caller* is its author."""
    comment = _own(state, item, number, caller)
    words = _clean(text, markdown=markdown)
    changed = {"text": words, "format": "markdown" if markdown else "html"}
    return _bump(state, item, {**comment, **changed}, caller)


def delete(state: State, item: WorkItem, number: int, caller: Identity) -> JSON:
    """Mark a comment as deleted; raises 403 unless *caller* is its author."""
    comment = _own(state, item, number, caller)
    return _bump(state, item, {**comment, "deleted": True}, caller)


def _own(state: State, item: WorkItem, number: int, caller: Identity) -> JSON:
    comment = find(state, item, number)
    if comment["by"] != caller.id:
        raise errors.access_denied("You do not have permission to change this comment. Only its author may.")
    return comment


def _bump(state: State, item: WorkItem, comment: JSON, caller: Identity) -> JSON:
    stamp = {"version": comment["version"] + 1, "modifiedBy": caller.id, "modifiedDate": now()}
    return state.store.put("comment", comment["id"], {**comment, **stamp}, parent=item.id)


def _clean(text: object, *, markdown: bool) -> str:
    """Return the text without HTML comments, which the service removes."""
    if not isinstance(text, str) or not text.strip():
        raise errors.argument("Value cannot be null or empty.", "text")
    if length(text) > MAX_LENGTH:
        raise errors.argument(f"The comment text is longer than {MAX_LENGTH} characters.", "text")
    return _HTML_COMMENT.sub("", text) if not markdown else text
