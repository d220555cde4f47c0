import httpx
import pytest

from autocoder.errors import (
    InvalidArgument,
    NotFound,
    RetryLater,
    SignInRequired,
    StaleRevision,
    TooLarge,
    Transient,
)
from tests.autocoder.clients.azure_devops.conftest import ORGANIZATION, PROJECT


@pytest.fixture(scope="module")
def work_items(client):
    return client.work_items


def test_reads_a_work_item(work_items, devops):
    number = devops.new_work_item(
        "Crash", **{"System.Tags": "autocoder; UI", "System.Description": "<p>x</p>"}
    )
    found = work_items.get(number)
    assert (found.id, found.project, found.fields["System.Title"]) == (number, PROJECT, "Crash")
    assert found.tags == ("autocoder", "UI")
    assert work_items.get(number, PROJECT).rev == found.rev


def test_a_missing_work_item_is_not_found(work_items):
    with pytest.raises(NotFound):
        work_items.get(987_654)


def test_writes_finds_and_edits_its_one_comment(work_items, devops):
    number = devops.new_work_item()
    work_items.add_comment(PROJECT, number, "somebody else")
    comment = work_items.add_comment(PROJECT, number, "**Run abc** queued")
    work_items.edit_comment(PROJECT, number, comment, "**Run abc** done")
    found = work_items.find_comment(PROJECT, number, "Run abc")
    assert (found.id, found.text, found.is_markdown) == (comment, "**Run abc** done", True)
    assert found.author_id == devops.connect()[1].own_id()
    assert work_items.find_comment(PROJECT, number, "Run xyz") is None


def test_a_deleted_comment_is_not_found_whatever_the_service_answers(work_items, devops):
    number = devops.new_work_item()
    comment = work_items.add_comment(PROJECT, number, "**Run abc** queued")
    path = f"{PROJECT}/_apis/wit/workItems/{number}/comments/{comment}"
    devops.rest("DELETE", f"{path}?api-version=7.1-preview.4")
    assert work_items.find_comment(PROJECT, number, "Run abc") is None
    with pytest.raises(NotFound):  # 200, and the comment stays deleted
        work_items.edit_comment(PROJECT, number, comment, "**Run abc** done")
    devops.fault(method="PATCH", path=f"/comments/{comment}", status=404, body='{"message": "It is gone."}')
    with pytest.raises(NotFound):
        work_items.edit_comment(PROJECT, number, comment, "**Run abc** done")


def test_reads_comments_over_many_pages(work_items, devops, monkeypatch):
    monkeypatch.setattr("autocoder.clients.azure_devops.work_items.PAGE", 2)
    number = devops.new_work_item()
    for text in "abcde":
        work_items.add_comment(PROJECT, number, text)
    assert [one.text for one in work_items.comments(PROJECT, number)] == list("abcde")
    assert [one.text for one in work_items.comments(PROJECT, number, newest_first=True)] == list("edcba")


def test_a_state_is_set_although_somebody_changes_the_work_item_meanwhile(work_items, devops):
    number = devops.new_work_item()
    changes = ["while it is read"]

    def choose(record):
        if changes:
            work_items.add_tags(number, [changes.pop()])
        return "Active" if record.fields["System.State"] != "Active" else None

    for _ in range(2):
        work_items.set_state(number, choose)
    read = work_items.get(number)
    assert (read.fields["System.State"], read.tags) == ("Active", ("while it is read",))


def test_a_state_is_not_set_when_the_work_item_never_stops_changing(work_items, devops):
    number = devops.new_work_item()

    def choose(record):
        work_items.add_tags(number, [f"{record.rev}"])
        return "Active"

    with pytest.raises(StaleRevision):
        work_items.set_state(number, choose)


def test_adds_and_removes_tags_and_keeps_the_others(work_items, devops):
    number = devops.new_work_item(**{"System.Tags": "autocoder; UI"})
    assert set(work_items.add_tags(number, ["autocoder", "done"])) == {"autocoder", "UI", "done"}
    assert set(work_items.remove_tags(number, ["AUTOCODER"])) == {"UI", "done"}


def test_a_stale_tag_change_is_retried_with_the_new_revision(work_items, devops):
    number = devops.new_work_item()
    body = '{"message": "VS403351: Test Operation for path /rev failed", "typeKey": "TestPatchOperation"}'
    devops.fault(method="PATCH", path=f".*/workitems/{number}", times=2, status=412, body=body)
    assert work_items.add_tags(number, ["x"]) == ("x",)


def test_links_a_pull_request_once(work_items, devops):
    number = devops.new_work_item()
    for _ in range(2):
        work_items.add_pull_request_link(
            number, "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222", 7
        )
    links = [link for link in work_items.get(number).relations if link.rel == "ArtifactLink"]
    assert [link.url.lower() for link in links] == [
        "vstfs:///git/pullrequestid/11111111-1111-4111-8111-111111111111%2f22222222-2222-4222-8222-222222222222%2f7"
    ]


def test_knows_states_by_category(work_items):
    states = work_items.states(PROJECT, "Bug")
    assert {one.category for one in states} >= {"Proposed", "InProgress", "Completed"}


def test_reads_the_author_of_an_update_from_the_service(work_items, devops):
    number = devops.new_work_item()
    work_items.add_tags(number, ["autocoder"])
    newest = work_items.updates(number)[-1]
    assert newest.author_id == devops.connect()[1].own_id()
    assert newest.fields["System.Tags"]["newValue"] == "autocoder"
    assert work_items.update(number, newest.id) == newest


def test_reads_only_attachments_of_the_organisation(work_items, devops):
    header = {
        "Authorization": devops.cloud.clients().authorization(ORGANIZATION),
        "Content-Type": "application/octet-stream",
    }
    made = httpx.post(
        f"{devops.url}/{ORGANIZATION}/{PROJECT}/_apis/wit/attachments?fileName=a.png&api-version=7.1",
        content=b"\x89PNG",
        headers=header,
    )
    url = made.json()["url"]
    assert work_items.attachment(url, limit=4) == b"\x89PNG"
    with pytest.raises(TooLarge):
        work_items.attachment(url, limit=3)
    with pytest.raises(InvalidArgument):
        work_items.attachment("https://evil.example/" + url.split("/", 3)[3], limit=4)


def test_a_bad_credential_asks_for_a_sign_in(devops):
    _, client = devops.connect(AZURE_CLIENT_ID="")
    bad = client.session.__class__(
        client.session.organization_url, _fixed("Bearer nonsense"), client.session.http
    )
    for call in (
        lambda s: s.json("GET", "_apis/wit/workitems", 1),
        lambda s: s.json("PATCH", "_apis/wit/workitems", 1, body=[]),
    ):
        with pytest.raises(SignInRequired):
            call(bad)


def _fixed(header, fresh=None):
    from autocoder.clients.azure_devops.session import Authorization

    values = [header]
    return Authorization(lambda: values[-1], lambda: values.append(fresh or header))


def test_a_renewed_credential_is_read_again_once(devops, client):
    good = devops.cloud.clients().authorization(ORGANIZATION)
    session = client.session.__class__(
        client.session.organization_url, _fixed("Basic b2xkOm9sZA==", good), client.session.http
    )
    assert session.json("GET", "_apis/connectionData", version="7.1-preview.1")["authenticatedUser"]["id"]


def test_a_dropped_connection_repeats_a_read_but_not_a_write(work_items, devops):
    number = devops.new_work_item()
    devops.fault(method="GET", path=f".*/workitems/{number}", times=2, drop=True)
    assert work_items.get(number).id == number
    devops.fault(method="POST", path=f".*/{number}/comments", times=1, drop=True, after=True)
    with pytest.raises(Transient):
        work_items.add_comment(PROJECT, number, "once")
    assert [one.text for one in work_items.comments(PROJECT, number)] == ["once"]


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_service_says_when_to_retry(work_items, devops, status):
    devops.fault(
        method="GET", path=".*/workitems/1", times=1, status=status, headers={"Retry-After": "9"}, body="{}"
    )
    with pytest.raises(RetryLater) as raised:
        work_items.get(1)
    assert raised.value.retry_after_seconds == 9


def test_a_pat_from_the_vault_signs_in(devops, vault):
    from azure.identity import ManagedIdentityCredential
    from azure.keyvault.secrets import SecretClient

    from emulators import identities

    devops.control("pats", {"token": "a-pat-of-the-app", "identity": identities.APP.client_id})
    credential = ManagedIdentityCredential(client_id=identities.APP.client_id)
    secrets = SecretClient(vault.urls["key_vault"], credential, verify_challenge_resource=False)
    secrets.set_secret("azure-devops-pat", "a-pat-of-the-app")
    connected, client = devops.connect(AZURE_DEVOPS_AUTH="pat")
    assert client.own_id() == identities.APP.client_id
    assert "a-pat-of-the-app" in connected.known_secrets()
    with pytest.raises(SignInRequired, match="missing"):
        devops.connect(AZURE_DEVOPS_AUTH="pat", AZURE_DEVOPS_PAT_SECRET="other")[1].own_id()


@pytest.mark.parametrize("name", ["", "..", "a/b", "a@evil.example", "x" * 80, "-a"])
def test_a_client_refuses_an_organisation_name_that_is_not_plain(devops, name):
    with pytest.raises(InvalidArgument):
        devops.cloud.clients().azure_devops(name)


def test_the_clone_token_is_the_readers_if_there_is_a_reader(devops):
    from emulators import identities, tokens

    def whose(**settings):
        value = devops.cloud.clients(**settings).clone_authorization().removeprefix("Bearer ")
        return tokens.check(devops.cloud.state, value, resource=tokens.AZURE_DEVOPS_RESOURCE)["appid"]

    assert whose(AZURE_DEVOPS_READER_CLIENT_ID=identities.READER.client_id) == identities.READER.client_id
    assert whose() == identities.APP.client_id
