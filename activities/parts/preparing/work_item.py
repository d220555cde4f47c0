"""Read the work item that a run is about, with its comments and images."""

import time

from autocoder.clients.azure_devops.work_item_values import WorkItemRecord
from autocoder.clients.azure_devops.work_items import WorkItems
from autocoder.clients.connect import Clients
from autocoder.errors import AutocoderError, NotFound, RetryLater, SignInRequired, Transient
from autocoder.models import Ended, Image, Run, WorkItem, WorkItemComment, WorkItemSummary
from autocoder.rounds import RoundFile
from autocoder.work_items.fields import (
    MAX_COMMENTS,
    MAX_IMAGE_BYTES,
    MAX_IMAGES,
    MAX_TOTAL_IMAGE_BYTES,
    OWN_COMMENT,
    comment_of,
    work_item_of,
)

PICTURE_PAUSES = (0.5, 2.0)


def fetch_work_item(connected: Clients, run: Run) -> WorkItem | Ended:
    """Return the whole work item; its pictures are kept as blobs of the round."""
    request = run.request
    work_items = connected.azure_devops(request.organization).work_items
    try:
        record = work_items.get(request.work_item_id or 0)
    except NotFound as error:
        return Ended(outcome="failed", reason=f"Work item {request.work_item_id}: {error}")
    if record.project.casefold() != request.project.casefold():
        reason = (
            f"Work item {record.id} is not in project {request.project}. "
            "Start the run with the work item's project."
        )
        return Ended(outcome="failed", reason=reason)
    return _with_images(connected, run, work_items, _work_item(work_items, record))


def summary_of(item: WorkItem) -> WorkItemSummary:
    """Return what later steps need of a work item."""
    return WorkItemSummary(
        id=item.id,
        rev=item.rev,
        type=item.type,
        title=item.title,
        web_url=item.web_url,
        hidden_parts=item.hidden_parts,
        images_left_out=item.images_left_out,
    )


def _work_item(work_items: WorkItems, record: WorkItemRecord) -> WorkItem:
    item = work_item_of(
        record.fields,
        number=record.id,
        rev=record.rev,
        formats=record.formats,
        web_url=record.web_url,
        tags=record.tags,
        related=[f"{one.name or one.rel}: {one.url}" for one in record.relations if "://" in one.url][:20],
    )
    comments = _comments(work_items, record)
    hidden = item.hidden_parts + sum(comment.hidden_parts for comment in comments)
    return item.model_copy(update={"comments": comments, "hidden_parts": hidden})


def _comments(work_items: WorkItems, record: WorkItemRecord) -> tuple[WorkItemComment, ...]:
    """Return the newest comments, oldest first, without the ones that runs wrote."""
    found = list[WorkItemComment]()
    if record.fields.get("System.CommentCount") == 0:
        return ()
    for note in work_items.comments(record.project, record.id, newest_first=True):
        comment = comment_of(note.author, note.text, note.created_at, is_markdown=note.is_markdown)
        if not OWN_COMMENT.search(comment.text):
            found.append(comment)
        if len(found) >= MAX_COMMENTS:
            break
    return tuple(reversed(found))


def _with_images(connected: Clients, run: Run, work_items: WorkItems, item: WorkItem) -> WorkItem:
    """Keep the pictures as blobs of the round, and count those that are too many, too large or unreadable.

    What is worth another try is raised.
    """
    kept: list[Image] = []
    room = MAX_TOTAL_IMAGE_BYTES
    for image in item.images[:MAX_IMAGES]:
        try:
            content = _attachment(work_items, image, min(MAX_IMAGE_BYTES, room))
        except (RetryLater, SignInRequired):  # which concern more than this picture
            raise
        except AutocoderError:
            continue
        connected.blobs.put(run.current_round, RoundFile(image.name), content)
        kept.append(image)
        room -= len(content)
    left_out = len(item.images) - len(kept)
    return item.model_copy(update={"images": tuple(kept), "images_left_out": left_out})


def _attachment(work_items: WorkItems, image: Image, limit: int) -> bytes:
    """Return a picture; one that fails again and again must not keep the run."""
    for pause in PICTURE_PAUSES:
        try:
            return work_items.attachment(image.url, limit)
        except RetryLater:
            raise
        except Transient:
            time.sleep(pause)
    return work_items.attachment(image.url, limit)
