"""The forms of the pages: their changes, and the messages for wrong input."""

import httpx
import pytest

from tests.emulators.azure_devops.pages.conftest import HOME, PROJECT, item_of, path_of, send, wait_for
from tests.emulators.azure_devops.pages.test_pages import assert_harmless

TYPED = {"form": "edit", "revision": "1", "title": "x", "description": "typed & kept"}


def test_a_tag_is_added_and_delivered_to_service_hooks(ado, item, hook):
    answer = send(ado, path_of(item), {"form": "add-tag", "tag": " autocoder ; two words "})
    assert (answer.status_code, answer.headers["Location"]) == (303, path_of(item))
    assert item_of(ado, item)["fields"]["System.Tags"] == "autocoder; kept; two words"
    event = wait_for(hook, "workitem.updated")
    assert event["resource"]["fields"]["System.Tags"]["newValue"] == "autocoder; kept; two words"
    assert event["resource"]["revision"]["id"] == item["id"]


def test_deliveries_name_the_organisation_by_its_address_whatever_the_browser_calls_the_host(ado, item, hook):
    port = ado.url.rpartition(":")[2]
    local = f"http://localhost:{port}"
    fields = {"form": "add-tag", "tag": "autocoder"}
    answer = send(ado, path_of(item), fields, Host=f"localhost:{port}", Origin=local)
    assert answer.status_code == 303
    assert wait_for(hook, "workitem.updated")["resource"]["url"].startswith(f"{ado.url}/contoso/")


def test_a_tag_is_removed(ado, item):
    ado.add_tag(PROJECT, item["id"], "autocoder")
    assert send(ado, path_of(item), {"form": "remove-tag", "tag": "Kept"}).status_code == 303
    assert item_of(ado, item)["fields"]["System.Tags"] == "autocoder"
    assert send(ado, path_of(item), {"form": "remove-tag", "tag": "autocoder"}).status_code == 303
    assert "System.Tags" not in item_of(ado, item)["fields"]


def test_title_and_description_are_edited(ado, item):
    fields = {"form": "edit", "revision": "1", "title": "New title", "description": "<p>a</p>\r\n<p>b</p>"}
    assert send(ado, path_of(item), fields).status_code == 303
    found = item_of(ado, item)["fields"]
    assert (found["System.Title"], found["System.Description"]) == ("New title", "<p>a</p>\n<p>b</p>")


def test_the_steps_of_a_bug_are_edited_where_bugs_have_them(ado):
    bug = ado.create_work_item(PROJECT, "Bug", "A bug", Microsoft__VSTS__TCM__ReproSteps="Old")
    fields = {"form": "edit", "revision": "1", "title": "A bug", "description": "New"}
    assert "Repro steps (HTML)" in httpx.get(f"{ado.url}{path_of(bug)}").text
    assert send(ado, path_of(bug), fields).status_code == 303
    found = item_of(ado, bug)["fields"]
    assert found["Microsoft.VSTS.TCM.ReproSteps"] == "New"
    assert "System.Description" not in found


def test_an_edit_that_changes_nothing_makes_no_revision(ado, item):
    fields = {"form": "edit", "revision": "1", "title": "A title", "description": "<p>Old</p>"}
    assert send(ado, path_of(item), fields).status_code == 303
    assert item_of(ado, item)["rev"] == 1


def test_a_comment_is_added_as_markdown_and_delivered(ado, item, hook):
    assert send(ado, path_of(item), {"form": "comment", "text": "**Look** here"}).status_code == 303
    assert "<strong>Look</strong> here" in httpx.get(f"{ado.url}{path_of(item)}").text
    assert "**Look** here" in wait_for(hook, "workitem.commented")["detailedMessage"]["text"]


def test_a_file_is_attached_and_can_be_read_without_signing_in(ado, item):
    content = bytes(range(256))
    answer = send(ado, path_of(item), {"form": "attach"}, ("notes & more.bin", content))
    assert answer.status_code == 303
    relation = item_of(ado, item)["relations"][0]
    assert (relation["rel"], relation["attributes"]["name"]) == ("AttachedFile", "notes & more.bin")
    assert ado._http.get(relation["url"], params={"api-version": "7.1"}).content == content
    page = httpx.get(f"{ado.url}{path_of(item)}").text
    path = page.partition('href="/contoso/_workitems/attachments/')[2].partition('"')[0]
    read = httpx.get(f"{ado.url}/contoso/_workitems/attachments/{path}")
    assert read.content == content
    assert read.headers["Content-Disposition"] == "attachment; filename*=UTF-8''notes%20%26%20more.bin"
    assert read.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("name", ["../../x", "0" * 36, "00000000-0000-4000-8000-000000000000"])
def test_an_unknown_attachment_is_a_page_with_404(ado, item, name):
    answer = httpx.get(f"{ado.url}/contoso/_workitems/attachments/{name.replace('/', '%2F')}")
    assert answer.status_code == 404


def test_a_work_item_is_created_with_tags_and_delivered(ado, hook):
    fields = {
        "form": "create",
        "type": "Bug",
        "title": "It crashes",
        "description": "# Steps",
        "tags": "a; b",
    }
    answer = send(ado, HOME, fields)
    assert answer.status_code == 303
    number = int(answer.headers["Location"].rpartition("/")[2])
    found = ado.work_item(PROJECT, number)["fields"]
    assert (found["System.WorkItemType"], found["System.Title"]) == ("Bug", "It crashes")
    assert (found["Microsoft.VSTS.TCM.ReproSteps"], found["System.Tags"]) == ("# Steps", "a; b")
    assert "<h3>Steps</h3>" in httpx.get(f"{ado.url}{answer.headers['Location']}").text
    assert wait_for(hook, "workitem.created")["resource"]["fields"]["System.Tags"] == "a; b"


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({**TYPED, "title": " "}, 400, "must not be empty"),
        ({**TYPED, "title": "x" * 256}, 400, "longer"),
        ({**TYPED, "revision": "7"}, 412, "has changed since"),
        ({**TYPED, "revision": ""}, 412, "has changed since"),
        ({"form": "comment", "text": "typed & kept" + "x" * 150_000}, 400, "longer than 150000 characters"),
        ({"form": "add-tag", "tag": "typed & kept" + "x" * 400}, 400, "longer"),
    ],
    ids=["no title", "long title", "stale", "no revision", "long comment", "long tag"],
)  # fmt: skip
def test_the_input_is_shown_again_with_the_reason(ado, item, fields, status, words):
    answer = send(ado, path_of(item), fields)
    assert answer.status_code == status
    assert words in answer.text
    assert "typed &amp; kept" in answer.text
    assert_harmless(answer.text)
    assert item_of(ado, item)["rev"] == 1


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"form": "add-tag", "tag": " ; "}, "Type a tag"),
        ({"form": "comment", "text": "\n "}, "Write something"),
        ({"form": "attach"}, "Choose a file"),
        ({"form": "drop everything"}, "no such form"),
        ({}, "no such form"),
    ],
)
def test_an_empty_form_is_explained(ado, item, fields, words):
    answer = send(ado, path_of(item), fields)
    assert answer.status_code == 400
    assert words in answer.text


def test_a_form_for_a_new_work_item_keeps_what_was_typed(ado):
    fields = {"form": "create", "type": "Task", "title": "", "description": "typed & kept", "tags": "t1; t2"}
    answer = send(ado, HOME, fields)
    assert answer.status_code == 400
    for words in (
        "Title must not be empty",
        "typed &amp; kept",
        "t1; t2",
        '<option value="Task" selected="">',
    ):
        assert words in answer.text
    assert send(ado, HOME, {**fields, "title": "x", "type": "Wish"}).status_code == 400


def test_a_description_of_one_line_keeps_an_empty_first_line(ado, item):
    fields = {"form": "edit", "revision": "1", "title": "", "description": "\r\nsecond"}
    page = send(ado, path_of(item), fields).text
    assert ">\n\nsecond</textarea>" in page
