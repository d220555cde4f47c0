"""Credentials, versions, paths and the catalogue."""

import json
import uuid
from pathlib import Path

import httpx
import pytest

from emulators import identities, tokens
from emulators.azure_devops.control.client import CONTRIBUTOR, VISITOR
from tests.emulators.azure_devops.conftest import Running

SAMPLES = Path(__file__).parents[3] / "samples"
ERRORS = json.loads((SAMPLES / "azure-devops" / "errors.json").read_text())
PROJECTS = "contoso/_apis/projects?api-version=7.1"


def bearer(server: Running, client_id: str, resource: str = tokens.AZURE_DEVOPS_RESOURCE, lifetime: int = 60):
    token = tokens.mint(server.state, resource=resource, client_id=client_id, lifetime=lifetime)
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_without_a_credential_a_reader_gets_a_sign_in_page_with_203(server, ado, method):
    answer = httpx.request(method, f"{server.url}/{PROJECTS}")
    assert answer.status_code == 203
    assert answer.headers["content-type"].startswith("text/html")
    assert "Sign In" in answer.text


def test_without_a_credential_a_patch_gets_401_in_json(server, ado):
    answer = httpx.patch(f"{server.url}/contoso/_apis/wit/workitems/1?api-version=7.1", json=[])
    assert answer.status_code == 401
    assert answer.json() == ERRORS["unauthorized_401_json"]["body"]


@pytest.mark.parametrize("identity", identities.ALL, ids=lambda identity: identity.name)
def test_takes_the_access_token_of_a_managed_identity(server, ado, identity):
    headers = bearer(server, identity.client_id)
    answer = httpx.get(f"{server.url}/contoso/_apis/connectionData?api-version=7.1-preview", headers=headers)
    assert answer.json()["authenticatedUser"]["id"] == identity.client_id


@pytest.mark.parametrize("change", ["audience", "expired", "unknown", "garbage"])
def test_a_bad_access_token_is_not_accepted(server, ado, change):
    headers = {
        "audience": lambda: bearer(server, identities.APP.client_id, tokens.VAULT_RESOURCE),
        "expired": lambda: bearer(server, identities.APP.client_id, lifetime=-60),
        "unknown": lambda: bearer(server, str(uuid.uuid4())),
        "garbage": lambda: {"Authorization": "Bearer x.y.z"},
    }[change]()
    assert httpx.get(f"{server.url}/{PROJECTS}", headers=headers).status_code == 203


def test_a_wrong_personal_access_token_is_not_accepted(server, ado):
    assert httpx.get(f"{server.url}/{PROJECTS}", auth=("", "wrong")).status_code == 203


def test_a_personal_access_token_is_good_only_for_its_scopes(server, ado):
    reader = httpx.BasicAuth("", ado.create_pat("reads-code", CONTRIBUTOR, ["vso.code"]))
    base = f"{server.url}/contoso/Fabrikam%20Fiber/_apis"
    assert httpx.get(f"{base}/git/repositories?api-version=7.1", auth=reader).status_code == 200
    refused = httpx.post(f"{base}/wit/wiql?api-version=7.1", auth=reader, json={})
    assert (refused.status_code, refused.json()["typeKey"]) == (401, "UnauthorizedRequestException")


def test_a_visitor_reads_and_may_not_write(server, ado):
    visitor = httpx.BasicAuth("", ado.create_pat("visitor", VISITOR))
    item = ado.create_work_item("Fabrikam Fiber", "Task", "Look")
    url = ado.api("Fabrikam Fiber", f"wit/workItems/{item['id']}")
    assert httpx.get(f"{url}?api-version=7.1", auth=visitor).status_code == 200
    refused = httpx.post(f"{url}/comments?api-version=7.1-preview.4", auth=visitor, json={"text": "x"})
    assert refused.status_code == 403


def test_the_reader_identity_sees_no_work_items(server, ado):
    item = ado.create_work_item("Fabrikam Fiber", "Task", "Hidden")
    url = ado.api("Fabrikam Fiber", f"wit/workItems/{item['id']}?api-version=7.1")
    answer = httpx.get(url, headers=bearer(server, identities.READER.client_id))
    assert (answer.status_code, answer.json()["typeKey"]) == (404, "WorkItemUnauthorizedAccessException")


def test_a_request_that_changes_something_has_to_name_its_version(ado):
    url = ado.api("Fabrikam Fiber", "wit/wiql")
    answer = httpx.post(url, auth=("", ado.pat), json={})
    assert (answer.status_code, answer.json()["typeKey"]) == (400, "VssVersionNotSpecifiedException")
    assert httpx.get(ado.api("", "projects"), auth=("", ado.pat)).status_code == 200


@pytest.mark.parametrize(
    ("version", "key"),
    [
        ("7.1", "VssInvalidPreviewVersionException"),
        ("9.0-preview", "VssVersionOutOfRangeException"),
        ("seven", "VssVersionOutOfRangeException"),
    ],
)
def test_comments_exist_only_as_a_preview(ado, version, key):
    item = ado.create_work_item("Fabrikam Fiber", "Task", "Versions")
    url = ado.api("Fabrikam Fiber", f"wit/workItems/{item['id']}/comments")
    answer = httpx.get(url, params={"api-version": version}, auth=("", ado.pat))
    assert (answer.status_code, answer.json()["typeKey"]) == (400, key)


def test_the_version_may_come_in_the_accept_header(ado):
    headers = {"Accept": "application/json;api-version=7.1-preview.4"}
    item = ado.create_work_item("Fabrikam Fiber", "Task", "Accept")
    url = ado.api("Fabrikam Fiber", f"wit/workItems/{item['id']}/comments")
    answer = httpx.post(url, json={"text": "x"}, headers=headers, auth=("", ado.pat))
    assert answer.status_code == 200
    assert "api-version=7.1-preview.4" in answer.headers["content-type"]


def test_paths_match_in_any_case_and_projects_by_id(http, ado):
    project = http.get("_apis/projects").json()["value"][0]
    by_id = http.get(f"{project['id']}/_APIS/Wit/WorkItemTypes/bug/STATES")
    assert [state["category"] for state in by_id.json()["value"]] == [
        "Proposed", "InProgress", "Resolved", "Completed",
    ]  # fmt: skip


def test_unknown_places_are_404_with_their_reason(http):
    assert "TF200016" in http.get("Nowhere/_apis/wit/tags").json()["message"]
    assert http.get("_apis/nothing/here").status_code == 404
    assert http.delete("_apis/projects").status_code == 405


def test_lists_come_bare_for_clients_that_ask_for_it(http):
    accept = {
        "Accept": "application/json;api-version=7.1;enumsAsNumbers=true;msDateFormat=true;noArrayWrap=true"
    }
    assert isinstance(http.get("_apis/projects", headers=accept).json(), list)


def test_the_catalogue_names_ids_and_templates(server):
    answer = httpx.request("OPTIONS", f"{server.url}/contoso/_apis/wit").json()
    known = {entry["id"]: entry["routeTemplate"] for entry in answer["value"]}
    assert known["72c7ddf8-2cdc-4f60-90cd-ab71c14a399b"] == "{project}/_apis/wit/workItems/{id}"
    assert {entry["area"] for entry in answer["value"]} == {"wit"}
    whole = httpx.request("OPTIONS", f"{server.url}/contoso/_apis").json()
    assert whole["count"] > answer["count"]


def test_access_lists_and_memberships_tell_who_may_write(http, ado):
    project = http.get("_apis/projects").json()["value"][0]["id"]
    repository = ado.create_repository("Fabrikam Fiber", "lists")["id"]
    query = {"searchFilter": "MailAddress", "filterValue": CONTRIBUTOR, "queryMembership": "expandedUp"}
    person = http.get("_apis/identities", params=query).json()["value"][0]
    acl = http.get(
        "_apis/accesscontrollists/2e9eb7ed-3c0a-47d4-87c1-0ffdd275fd87",
        params={"token": f"repoV2/{project}/{repository}", "includeExtendedInfo": "true"},
    ).json()["value"][0]
    entries = [acl["acesDictionary"][name] for name in person["memberOf"] if name in acl["acesDictionary"]]
    assert any(entry["extendedInfo"]["effectiveAllow"] & 4 for entry in entries)


def test_a_body_over_the_limit_is_refused(http, ado):
    body = b'{"query": "' + b"x" * 26_214_400 + b'"}'
    answer = http.post("Fabrikam%20Fiber/_apis/wit/wiql", content=body)
    assert (answer.status_code, answer.json()) == (400, ERRORS["request_too_big_400"]["body"])


def test_faults_come_before_everything(http, ado):
    ado.add_fault(path="_apis/projects", status=503, times=1, headers={"Retry-After": "1"})
    assert http.get("_apis/projects").status_code == 503
    assert http.get("_apis/projects").status_code == 200


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("pats", {"token": "x", "identity": "nobody"}),
        ("organizations/contoso/projects", {"name": "_control"}),
        ("organizations/contoso/projects", {"name": "P", "process": "Waterfall"}),
        ("organizations/contoso/projects/Fabrikam%20Fiber/repositories", {"name": "a/b"}),
        ("organizations/contoso/projects/Fabrikam%20Fiber/repositories", {"name": "x", "path": "/nowhere"}),
        ("switches", {"unknown": 1}),
    ],
)
def test_a_wrong_control_call_says_why(server, ado, path, body):
    answer = httpx.post(f"{server.url}/_control/{path}", json=body)
    assert (answer.status_code, bool(answer.json()["error"])) == (400, True)


def test_a_page_in_a_browser_cannot_use_the_controls(server, ado):
    body = json.dumps({"token": "x", "identity": CONTRIBUTOR})
    answer = httpx.post(f"{server.url}/_control/pats", content=body, headers={"Content-Type": "text/plain"})
    assert answer.status_code == 415
    assert httpx.options(f"{server.url}/_control/pats").status_code == 404
