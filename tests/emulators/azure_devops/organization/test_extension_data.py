"""Documents of an extension: versions, scopes, and who may write them."""

import httpx
import pytest

from emulators.azure_devops.control.client import CONTRIBUTOR, VISITOR, AzureDevOps

VERSION = {"api-version": "7.1-preview.1"}


class Documents:
    """Calls by an extension's token of *person*, below a collection."""

    def __init__(self, ado: AzureDevOps, person: str, collection: str, scope: str) -> None:
        headers = {"Authorization": f"Bearer {ado.create_extension_token(person, ['vso.work'])}"}
        extension = "ExtensionManagement/InstalledExtensions/autocoder/autocoder"
        self.url = ado.api("", f"{extension}/Data/Scopes/{scope}/Collections/{collection}/Documents")
        self._http = httpx.Client(headers=headers, params=VERSION)

    def send(self, method: str, document: dict | None = None, path: str = "") -> httpx.Response:
        return self._http.request(method, f"{self.url}{path}", json=document)


@pytest.fixture
def documents(ado, request):
    def open_collection(person: str = VISITOR, scope: str = "Default/Current") -> Documents:
        return Documents(ado, person, request.node.name, scope)

    return open_collection


def test_a_document_is_created_with_version_1_and_read_back(documents):
    made = documents().send("POST", {"id": "organization", "draft": "always", "nested": {"a": [1]}})
    stored = {"id": "organization", "draft": "always", "nested": {"a": [1]}, "__etag": 1}
    assert (made.status_code, made.json()) == (200, stored)
    assert documents().send("GET", path="/organization").json() == stored
    assert documents().send("GET").json() == {"count": 1, "value": [stored]}


def test_a_document_without_an_id_gets_one(documents):
    made = documents().send("POST", {"draft": "never"}).json()
    assert documents().send("GET", path=f"/{made['id']}").json() == made


def test_an_id_can_be_created_only_once(documents):
    documents().send("POST", {"id": "one"})
    again = documents().send("POST", {"id": "one"})
    assert (again.status_code, again.json()["typeKey"]) == (409, "DocumentExistsException")


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_change_must_name_the_current_version_or_any(documents, method):
    made = documents().send("PUT", {"id": "one", "a": 1}).json()
    changed = documents().send(method, {"id": "one", "b": 2, "__etag": made["__etag"]}).json()
    assert changed == {"id": "one", "b": 2, "__etag": 2}
    for stale in ({"__etag": 1}, {}):
        refused = documents().send(method, {"id": "one", "c": 3, **stale})
        assert (refused.status_code, refused.json()["typeKey"]) == (409, "InvalidDocumentVersionException")
    forced = documents().send(method, {"id": "one", "d": 4, "__etag": -1}).json()
    assert forced == {"id": "one", "d": 4, "__etag": 3}


def test_setting_creates_and_updating_needs_a_document(documents):
    missing = documents().send("PATCH", {"id": "new", "__etag": -1})
    assert (missing.status_code, missing.json()["typeKey"]) == (404, "DocumentDoesNotExistException")
    assert documents().send("PUT", {"id": "new", "__etag": -1}).json() == {"id": "new", "__etag": 1}


def test_a_deleted_document_is_gone(documents):
    documents().send("PUT", {"id": "one"})
    assert documents().send("DELETE", path="/one").status_code == 204
    assert documents().send("GET", path="/one").status_code == 404
    assert documents().send("DELETE", path="/one").status_code == 404
    assert documents().send("GET").json()["value"] == []


def test_a_collection_that_never_had_a_document_does_not_exist(documents):
    answer = documents().send("GET")
    assert (answer.status_code, answer.json()["typeKey"]) == (404, "DocumentCollectionDoesNotExistException")


def test_any_user_may_change_what_another_wrote_for_the_organisation(documents):
    documents(CONTRIBUTOR).send("PUT", {"id": "organization", "by": "contributor"})
    changed = documents(VISITOR).send("PUT", {"id": "organization", "by": "visitor", "__etag": -1})
    assert changed.status_code == 200
    assert documents(CONTRIBUTOR).send("GET", path="/organization").json()["by"] == "visitor"


def test_documents_of_a_user_are_seen_by_that_user_alone(documents):
    documents(CONTRIBUTOR, "User/Me").send("PUT", {"id": "mine"})
    assert documents(CONTRIBUTOR, "User/Me").send("GET", path="/mine").status_code == 200
    assert documents(VISITOR, "User/Me").send("GET", path="/mine").status_code == 404
    assert documents(CONTRIBUTOR).send("GET", path="/mine").status_code == 404


def test_extensions_do_not_share_documents(documents):
    first = documents()
    first.send("PUT", {"id": "one"})
    other = documents()
    other.url = other.url.replace("autocoder/autocoder", "autocoder/another")
    assert other.send("GET", path="/one").status_code == 404


def test_an_unknown_scope_and_a_missing_credential_are_refused(documents):
    assert documents(scope="Project/Current").send("GET").status_code == 400
    assert httpx.put(documents().url, params=VERSION, json={"id": "one"}).status_code == 401
