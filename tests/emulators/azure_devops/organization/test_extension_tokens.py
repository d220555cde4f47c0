"""Access tokens of a person as an extension gets them, and requests from another origin."""

import contextlib
import json
import sqlite3
import time

import httpx
import jwt
import pytest

from emulators.azure_devops.control.client import CONTRIBUTOR, VISITOR
from emulators.azure_devops.organization.seeding import APP
from emulators.extension import ensure_key, mint_app_token

PROJECT = "Fabrikam Fiber"
ORIGIN = "https://autocoder.gallerycdn.vsassets.io"
SCOPES = ["vso.work", "vso.code", "vso.build_execute", "vso.project"]


def signed_in(token: str, **headers: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", **headers}


def test_a_token_acts_as_its_person(ado):
    headers = signed_in(ado.create_extension_token(CONTRIBUTOR, SCOPES))
    answer = httpx.get(ado.api("", "connectionData?api-version=7.1-preview"), headers=headers)
    properties = answer.json()["authenticatedUser"]["properties"]
    assert properties["Account"]["$value"] == CONTRIBUTOR


def test_the_person_may_be_given_by_identity_id(ado, http):
    query = {"searchFilter": "MailAddress", "filterValue": VISITOR}
    person = http.get("_apis/identities", params=query).json()["value"][0]["id"]
    headers = signed_in(ado.create_extension_token(person, SCOPES))
    answer = httpx.get(ado.api("", "connectionData?api-version=7.1-preview"), headers=headers)
    assert answer.json()["authenticatedUser"]["id"] == person


@pytest.mark.parametrize(
    ("scope", "path"),
    [
        ("vso.work", "wit/workitemtypes"),
        ("vso.code", "git/repositories"),
    ],
)
def test_a_token_is_good_only_for_its_scopes(ado, scope, path):
    url = f"{ado.api(PROJECT, path)}?api-version=7.1"
    others = [other for other in SCOPES if other not in (scope, "vso.project")]
    allowed = httpx.get(url, headers=signed_in(ado.create_extension_token(CONTRIBUTOR, [scope])))
    refused = httpx.get(url, headers=signed_in(ado.create_extension_token(CONTRIBUTOR, others)))
    assert (allowed.status_code, refused.status_code) == (200, 401)
    assert refused.json()["typeKey"] == "UnauthorizedRequestException"


def test_the_right_to_run_builds_includes_reading_them(ado):
    for scope in ("vso.work", "vso.code", "vso.build_execute"):
        headers = signed_in(ado.create_extension_token(CONTRIBUTOR, [scope]))
        url = f"{ado.api('', 'hooks/subscriptions')}?api-version=7.1"
        assert httpx.get(url, headers=headers).status_code == 200
    headers = signed_in(ado.create_extension_token(CONTRIBUTOR, ["vso.project"]))
    assert httpx.get(url, headers=headers).status_code == 401


def test_a_token_that_reads_may_not_write(ado):
    item = ado.create_work_item(PROJECT, "Task", "Read only")
    headers = signed_in(ado.create_extension_token(CONTRIBUTOR, SCOPES))
    url = ado.api(PROJECT, f"wit/workItems/{item['id']}/comments?api-version=7.1-preview.4")
    assert httpx.post(url, headers=headers, json={"text": "x"}).status_code == 401


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH"])
@pytest.mark.parametrize("kind", ["expired", "unknown"])
def test_an_expired_or_unknown_token_is_401(ado, kind, method):
    token = ado.create_extension_token(CONTRIBUTOR, SCOPES, minutes=0) if kind == "expired" else "x" * 64
    answer = httpx.request(method, ado.api("", "projects?api-version=7.1"), headers=signed_in(token))
    assert (answer.status_code, answer.json()["typeKey"]) == (401, "UnauthorizedRequestException")


def test_expired_tokens_are_deleted(ado, server):
    ado.create_extension_token(CONTRIBUTOR, SCOPES, minutes=0)
    ado.create_extension_token(CONTRIBUTOR, SCOPES)
    with contextlib.closing(
        sqlite3.connect(server.state / "azure_devops" / "azure_devops.sqlite")
    ) as database:
        rows = database.execute("SELECT body FROM documents WHERE kind = 'extension token'").fetchall()
    assert [body for (body,) in rows if json.loads(body)["expires"] <= time.time()] == []
    assert rows


@pytest.mark.parametrize("claims", [{}, {"aud": "11111111-0000-4000-8000-000000000001"}])
def test_an_app_token_of_this_or_another_extension_is_no_credential(ado, server, claims):
    token = mint_app_token(server.state, CONTRIBUTOR)
    body = {**jwt.decode(token, options={"verify_signature": False}), **claims}
    for key in (ensure_key(server.state), "the certificate of another extension, which is long enough"):
        headers = signed_in(jwt.encode(body, key, algorithm="HS256"))
        answer = httpx.patch(ado.api("", "projects?api-version=7.1"), headers=headers)
        assert answer.status_code == 401


def test_only_a_hash_of_the_token_is_stored(ado, server):
    token = ado.create_extension_token(CONTRIBUTOR, SCOPES)
    stored = b"".join(path.read_bytes() for path in (server.state / "azure_devops").glob("*.sqlite*"))
    assert token.encode() not in stored


@pytest.mark.parametrize(
    "body",
    [
        {"person": "nobody", "scopes": SCOPES},
        {"person": APP.id, "scopes": SCOPES},
        {"person": CONTRIBUTOR, "scopes": ["vso.wrok"]},
        {"person": CONTRIBUTOR, "scopes": "vso.work"},
        {"person": CONTRIBUTOR},
    ],
)
def test_a_wrong_request_for_a_token_says_why(server, ado, body):
    answer = httpx.post(f"{server.url}/_control/extension/tokens", json=body)
    assert (answer.status_code, bool(answer.json()["error"])) == (400, True)


def test_an_answer_to_a_valid_token_may_be_read_by_the_page_that_asked(ado):
    headers = signed_in(ado.create_extension_token(CONTRIBUTOR, SCOPES), Origin=ORIGIN)
    for path, status in (("projects", 200), ("projects/nowhere", 404)):
        answer = httpx.get(ado.api("", f"{path}?api-version=7.1"), headers=headers)
        assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (status, ORIGIN)
        assert "X-MS-ContinuationToken" in answer.headers["access-control-expose-headers"]


def test_a_401_cannot_be_read_by_a_page_of_another_origin(ado):
    missing_scope = ado.create_extension_token(CONTRIBUTOR, ["vso.work"])
    for token in (missing_scope, "unknown"):
        url = ado.api(PROJECT, "git/repositories?api-version=7.1")
        answer = httpx.get(url, headers=signed_in(token, Origin=ORIGIN))
        assert answer.status_code == 401
        assert not [name for name in answer.headers if name.startswith("access-control-")]


def test_other_credentials_get_no_cross_origin_headers(ado):
    url = ado.api("", "projects?api-version=7.1")
    for auth in (("", ado.pat), None):
        answer = httpx.get(url, auth=auth, headers={"Origin": ORIGIN})
        assert "access-control-allow-origin" not in answer.headers


def test_a_preflight_is_answered_without_a_credential(ado):
    headers = {
        "Origin": ORIGIN,
        "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    answer = httpx.options(ado.api("", "projects"), headers=headers)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert "PATCH" in answer.headers["access-control-allow-methods"]
    assert answer.headers["access-control-allow-headers"] == "authorization,content-type"


def test_the_catalogue_is_not_taken_for_a_preflight(ado):
    answer = httpx.options(ado.api("", "wit"), headers={"Origin": ORIGIN})
    assert answer.json()["count"] > 0
