"""Requests that the vault refuses (400), and documented ones that this emulator does not cover (501)."""

import httpx
import pytest

from emulators.key_vault.operations import NOT_SERVED
from tests.emulators.key_vault.test_key_vault import Credential, client
from tests.emulators.running import running


@pytest.fixture(scope="module")
def vault(tmp_path_factory):
    with running("key_vault", tmp_path_factory.mktemp("vault")) as emulator:
        yield emulator


def send(emulator, method, path, json=None, **query):
    return httpx.request(
        method,
        emulator.url + path,
        params={"api-version": "7.6", **query},
        json=json,
        headers={"Authorization": "Bearer " + Credential(emulator.state).token},
        verify=emulator.tls,
    )


def error(answer):
    return answer.status_code, answer.json()["error"]["code"]


@pytest.mark.parametrize(("method", "path", "name"), NOT_SERVED)
def test_an_operation_that_is_not_covered_is_refused_by_name(vault, method, path, name):
    path = path.replace("{version:[^/]*}", "1").replace("{rest:.*}", "/x")
    answer = send(vault, method, path.format(name="n", version="1", issuer="i"))
    assert error(answer) == (501, "NotImplemented")
    assert answer.json()["error"]["message"].startswith(f"{name} is not covered")


def test_a_refusal_is_in_the_log(tmp_path, capfd):
    with running("key_vault", tmp_path) as emulator:
        send(emulator, "POST", "/secrets/x/backup")
    assert "key_vault: 501: Backup Secret is not covered" in capfd.readouterr().err


def test_a_caller_without_a_token_is_challenged_first(vault):
    answer = httpx.post(vault.url + "/secrets/x/backup?api-version=7.6", verify=vault.tls)
    assert answer.status_code == 401
    assert "WWW-Authenticate" in answer.headers


@pytest.mark.parametrize("version", ["7.7", "2023-05-01", "latest"])
def test_refuses_a_version_that_the_service_does_not_have(vault, version):
    answer = send(vault, "GET", "/secrets", **{"api-version": version})
    assert error(answer) == (400, "BadParameter")
    assert f"The specified version ({version}) is not recognized" in answer.text


@pytest.mark.parametrize("version", ["7.0", "2016-10-01"])
def test_refuses_by_name_an_older_version(vault, version):
    answer = send(vault, "GET", "/secrets", **{"api-version": version})
    assert error(answer) == (501, "NotImplemented")
    assert f"Get Secrets in api-version {version}" in answer.text


@pytest.mark.parametrize(
    ("path", "query"),
    [("/secrets", "$filter"), ("/secrets/x", "outContentType"), ("/secrets/x", "maxresults")],
)
def test_refuses_by_name_a_query_parameter_that_is_not_covered(vault, path, query):
    answer = send(vault, "GET", path, **{query: "1"})
    assert error(answer) == (501, "NotImplemented")
    assert f"'{query}'" in answer.text


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/somethings", (404, "NotFound")),
        ("POST", "/secrets/x", (405, "MethodNotAllowed")),
        ("PUT", "/deletedsecrets/x", (405, "MethodNotAllowed")),
    ],
)
def test_refuses_a_path_or_a_method_that_the_service_does_not_have(vault, method, path, expected):
    assert error(send(vault, method, path)) == expected


def test_head_is_no_method_of_a_secret(vault):
    assert send(vault, "HEAD", "/secrets/x").status_code == 405


@pytest.mark.parametrize(
    "change",
    [
        {"somethingElse": 1},
        {"tags": 5},
        {"tags": {"a": 1}},
        {"tags": {f"t{n}": "" for n in range(16)}},
        {"tags": {"a": "b" * 257}},
        {"contentType": 5},
        {"contentType": "x" * 256},
        {"attributes": {"enabled": "yes"}},
        {"attributes": {"exp": "tomorrow"}},
        {"attributes": {"color": "red"}},
        {"attributes": []},
    ],
)
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_refuses_a_body_that_the_service_does_not_document(vault, method, change):
    client(vault).set_secret("whole", "kept")
    body = {"value": "secret words", **change} if method == "PUT" else change
    path = "/secrets/whole" if method == "PUT" else "/secrets/whole/"
    answer = send(vault, method, path, body)
    assert error(answer) == (400, "BadParameter")
    assert "secret words" not in answer.text
    assert client(vault).get_secret("whole").value == "kept"


def test_an_update_never_carries_a_value(vault):
    client(vault).set_secret("fixed", "kept")
    assert error(send(vault, "PATCH", "/secrets/fixed/", {"value": "new"})) == (400, "BadParameter")


def test_attributes_as_they_were_read_can_be_written_back(vault):
    read = send(vault, "PUT", "/secrets/again", {"value": "x", "tags": {"a": "b"}}).json()
    written = send(
        vault, "PUT", "/secrets/again", {key: read[key] for key in ("value", "attributes", "tags")}
    )
    assert written.status_code == 200
    assert written.json()["attributes"]["recoveryLevel"] == "Recoverable+Purgeable"


def test_lists_come_in_pages(tmp_path):
    with running("key_vault", tmp_path) as emulator:
        secrets = client(emulator)
        names = [f"s{n:02}" for n in range(27)]
        for name in names:
            secrets.set_secret(name, "x")
        assert [one.name for one in secrets.list_properties_of_secrets()] == names
        pages = list(secrets.list_properties_of_secrets(max_page_size=10).by_page())
        assert [len(list(page)) for page in pages] == [10, 10, 7]
        first = send(emulator, "GET", "/secrets").json()
        assert (len(first["value"]), first["nextLink"].startswith(emulator.url)) == (25, True)
        for name in names[:2]:
            secrets.begin_delete_secret(name).wait()
        assert [one.name for one in secrets.list_deleted_secrets()] == names[:2]


@pytest.mark.parametrize("query", [{"maxresults": "0"}, {"maxresults": "26"}, {"maxresults": "x"}])
def test_refuses_a_page_of_another_size(vault, query):
    assert error(send(vault, "GET", "/secrets", **query)) == (400, "BadParameter")


@pytest.mark.parametrize("token", ["x", "LTE=", "%%%", "5"])
def test_refuses_a_token_that_it_did_not_give(vault, token):
    assert error(send(vault, "GET", "/secrets", **{"$skiptoken": token})) == (400, "BadParameter")
