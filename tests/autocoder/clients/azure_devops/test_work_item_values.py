import pytest

from autocoder.clients.azure_devops import work_item_values as records
from autocoder.clients.azure_devops.git import repository_of
from autocoder.clients.azure_devops.pull_requests import PullRequestDraft, pull_request_of
from autocoder.errors import UnexpectedAnswer
from tests.autocoder.clients.azure_devops.samples import sample

ORGANIZATION = "https://dev.azure.com/fabrikam"
ID = "0a1b2c3d-1111-2222-3333-444455556666"


def test_reads_a_documented_comment():
    found = [records.comment_of(row) for row in sample("comments")["comments"]]
    assert [(one.id, one.author, one.is_markdown) for one in found][:1] == [(42, "Jamal Hartnett", False)]


def test_reads_the_author_of_an_update():
    found = records.update_of(sample("update"))
    assert found.author_id == "d291b0c4-a05c-4ea6-8df1-4b41d5f39eff"
    assert found.fields


def test_builds_addresses_from_the_organisation_and_not_from_the_answer():
    answer = {
        **sample("repository"),
        "remoteUrl": "https://evil.example/x",
        "webUrl": "https://evil.example/y",
    }
    found = repository_of(ORGANIZATION, answer)
    assert found.clone_url.startswith(ORGANIZATION + "/")
    assert found.web_url == found.clone_url


def test_reads_a_documented_pull_request():
    found = pull_request_of(ORGANIZATION, sample("pull_request"))
    assert found.status == "active"
    assert found.web_url.startswith(ORGANIZATION + "/")
    assert found.web_url.endswith(f"/pullrequest/{found.id}")


@pytest.mark.parametrize(
    "read",
    [
        records.record_of,
        records.comment_of,
        records.update_of,
        lambda a: repository_of(ORGANIZATION, a),
        lambda a: pull_request_of(ORGANIZATION, a),
    ],
)
@pytest.mark.parametrize(
    "answer", [None, [], "x", {}, {"id": "x"}, {"id": None, "fields": None}, {"pullRequestId": 1}]
)
def test_refuses_answers_of_another_form(read, answer):
    with pytest.raises(UnexpectedAnswer):
        read(answer)


def test_tags_are_whole_words_in_any_case():
    assert records.split_tags("Autocoder; UI;") == ("Autocoder", "UI")
    assert records.split_tags(None) == ()
    assert records.with_tags(("UI",), ("ui", "new")) == ("UI", "new")
    assert records.without_tags(("UI", "autocoder-old"), ("ui", "AUTOCODER")) == ("autocoder-old",)


@pytest.mark.parametrize(
    ("url", "found"),
    [
        (f"{ORGANIZATION}/_apis/wit/attachments/{ID}?fileName=a.png", ID),
        (f"{ORGANIZATION}/Some%20Project/_apis/wit/attachments/{ID.upper()}", ID),
        (f"https://fabrikam.visualstudio.com/_apis/wit/attachments/{ID}", ID),
        (f"https://evil.example/fabrikam/_apis/wit/attachments/{ID}", None),
        (f"https://dev.azure.com/other/_apis/wit/attachments/{ID}", None),
        (f"https://dev.azure.com.evil.example/fabrikam/_apis/wit/attachments/{ID}", None),
        (f"https://dev.azure.com@evil.example/fabrikam/_apis/wit/attachments/{ID}", None),
        (f"http://dev.azure.com/fabrikam/_apis/wit/attachments/{ID}", None),
        (f"{ORGANIZATION}/_apis/wit/attachments/../../secrets", None),
        ("file:///etc/passwd", None),
        ("", None),
    ],
)
def test_knows_which_attachments_are_the_organisations(url, found):
    assert records.attachment_id(ORGANIZATION, url) == found


def test_a_pull_request_is_created_with_full_ref_names_and_links():
    body = PullRequestDraft("autocoder/1-x", "main", "t" * 500, "d", work_items=(5,)).body()
    assert (body["sourceRefName"], body["targetRefName"]) == ("refs/heads/autocoder/1-x", "refs/heads/main")
    assert body["workItemRefs"] == [{"id": "5"}]
    assert len(body["title"]) == 400
