"""The images and the hidden text of a work item."""

from types import SimpleNamespace

import httpx
import pytest

from activities.parts.preparing import work_item
from autocoder.errors import Transient
from autocoder.models import Image, WorkItem
from autocoder.work_items.fields import MAX_IMAGE_BYTES, MAX_TOTAL_IMAGE_BYTES
from runner.clone.inputs import MAX_INPUT_BYTES, MAX_TOTAL_INPUT_BYTES
from tests.activities.conftest import ORGANIZATION, PROJECT, run

HIDDEN = '<p>Seen</p><p style="display:none">SECRET ORDER</p>'


@pytest.fixture
def attached(devops):
    """Upload an image of that many bytes; return its address."""

    def upload(size):
        header = {"Authorization": devops.cloud.clients().authorization(ORGANIZATION)}
        url = f"{devops.url}/{ORGANIZATION}/{PROJECT}/_apis/wit/attachments?fileName=a.png&api-version=7.1"
        answer = httpx.post(
            url, content=b"x" * size, headers={**header, "Content-Type": "application/octet-stream"}
        )
        assert answer.is_success, answer.text
        return answer.json()["url"]

    return upload


def with_images(devops, *urls):
    """The work item with the stored images, and their sizes by name."""
    kept = {}
    blobs = SimpleNamespace(put=lambda _, name, content: kept.update({name: len(content)}))
    images = tuple(Image(name=f"images/{n}.png", url=url) for n, url in enumerate(urls, 1))
    item = WorkItem(id=7, rev=1, type="Bug", title="x", state="New", project=PROJECT, images=images)
    work_items = devops.connect()[1].work_items
    return work_item._with_images(SimpleNamespace(blobs=blobs), run(), work_items, item), kept


def test_pictures_that_are_too_large_or_elsewhere_are_left_out_and_counted(devops, attached):
    urls = (attached(10), attached(MAX_IMAGE_BYTES + 1), "https://elsewhere.example/a.png")
    item, kept = with_images(devops, *urls)
    assert kept == {"images/1.png": 10}
    assert ([image.name for image in item.images], item.images_left_out) == (["images/1.png"], 2)


def test_pictures_that_are_too_large_together_are_left_out(devops, attached, monkeypatch):
    monkeypatch.setattr(work_item, "MAX_TOTAL_IMAGE_BYTES", 25)
    item, kept = with_images(devops, *(attached(10) for _ in range(3)), attached(5))
    assert kept == {"images/1.png": 10, "images/2.png": 10, "images/4.png": 5}
    assert item.images_left_out == 1


def test_an_eleventh_picture_is_left_out(devops, attached):
    item, kept = with_images(devops, *[attached(10)] * 11)
    assert (len(kept), item.images_left_out) == (10, 1)


def test_a_picture_that_cannot_be_read_now_is_retried(devops, attached):
    url = attached(10)
    devops.fault(path="attachments", status=503)
    with pytest.raises(Transient):
        with_images(devops, url)


def test_a_picture_that_keeps_failing_is_left_out(devops, attached, monkeypatch):
    monkeypatch.setattr(work_item, "PICTURE_PAUSES", (0.0, 0.0))
    broken, good = attached(10), attached(5)
    devops.fault(path=broken.rpartition("/")[2].partition("?")[0], status=500, times=100)
    item, kept = with_images(devops, broken, good)
    assert (kept, item.images_left_out) == ({"images/2.png": 5}, 1)


def test_the_app_stores_no_more_than_the_containers_accept():
    assert MAX_IMAGE_BYTES <= MAX_INPUT_BYTES
    assert (
        MAX_TOTAL_IMAGE_BYTES <= MAX_TOTAL_INPUT_BYTES - 2 * MAX_INPUT_BYTES
    )  # room for prompt.md and system.md


def test_hidden_text_in_comments_is_counted(devops, client):
    number = devops.new_work_item(**{"System.Description": HIDDEN})
    path = f"{PROJECT}/_apis/wit/workItems/{number}/comments?api-version=7.1-preview.4"
    devops.rest("POST", path, {"text": HIDDEN})
    item = work_item._work_item(client.work_items, client.work_items.get(number))
    assert [note.text for note in item.comments] == ["Seen"]
    assert item.hidden_parts == 2


@pytest.mark.parametrize(("counted", "asked"), [({"System.CommentCount": 0}, 0), ({}, 1)])
def test_comments_are_asked_for_unless_the_work_item_says_that_it_has_none(counted, asked):
    calls = []
    work_items = SimpleNamespace(comments=lambda *given, **_: calls.append(given) or iter(()))
    record = SimpleNamespace(fields=counted, project=PROJECT, id=7)
    assert work_item._comments(work_items, record) == ()
    assert len(calls) == asked
