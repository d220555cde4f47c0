import httpx
import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import CredentialUnavailableError, ManagedIdentityCredential

from emulators import identities, tokens
from tests.emulators.running import running

GOOD = {"api-version": "2019-08-01", "resource": tokens.VAULT_RESOURCE}


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory):
    with running("identity", tmp_path_factory.mktemp("identity")) as emulator:
        yield emulator


@pytest.fixture
def header(endpoint):
    return (endpoint.state / "identity" / "header").read_text()


@pytest.fixture
def app_service(endpoint, header, monkeypatch):
    monkeypatch.setenv("IDENTITY_ENDPOINT", endpoint.url + "/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", header)


def ask(endpoint, header, **query):
    return httpx.get(
        endpoint.url + "/msi/token", params={**GOOD, **query}, headers={"X-IDENTITY-HEADER": header}
    )


@pytest.mark.parametrize(
    ("client_id", "identity"),
    [
        (None, identities.APP),
        (identities.APP.client_id, identities.APP),
        (identities.READER.client_id, identities.READER),
    ],
)
def test_the_unchanged_credential_gets_a_token_for_each_identity(app_service, endpoint, client_id, identity):
    credential = ManagedIdentityCredential(client_id=client_id)
    token = credential.get_token(tokens.STORAGE_RESOURCE + "/.default")
    claims = tokens.check(endpoint.state, token.token, resource=tokens.STORAGE_RESOURCE)
    assert claims["appid"] == identity.client_id
    assert claims["iss"] == f"https://sts.windows.net/{tokens.TENANT}/"


def test_an_unknown_identity_gets_no_token(app_service):
    credential = ManagedIdentityCredential(client_id="b0000000-0000-4000-8000-000000000009")
    with pytest.raises((CredentialUnavailableError, ClientAuthenticationError), match="No User Assigned"):
        credential.get_token(tokens.VAULT_RESOURCE + "/.default")


def test_answers_with_the_documented_fields(endpoint, header):
    answer = ask(endpoint, header)
    assert answer.status_code == 200
    assert set(answer.json()) == {"access_token", "client_id", "expires_on", "resource", "token_type"}
    assert answer.json()["expires_on"].isdigit()


@pytest.mark.parametrize("name", ["principal_id", "object_id", "mi_res_id"])
def test_an_identity_can_be_named_in_every_documented_way(endpoint, header, name):
    reader = identities.READER
    value = reader.resource_id if name == "mi_res_id" else reader.principal_id
    assert ask(endpoint, header, **{name: value}).json()["client_id"] == reader.client_id


def test_refuses_a_missing_or_wrong_header(endpoint):
    assert httpx.get(endpoint.url + "/msi/token", params=GOOD).status_code == 401
    assert ask(endpoint, "ü".encode()).status_code == 401


@pytest.mark.parametrize(
    "query",
    [
        {"api-version": "2020-01-01"},
        {"resource": ""},
        {"client_id": "x", "principal_id": "y"},
        {"client_id": "no-such-id"},
    ],
)
def test_refuses_a_wrong_query(endpoint, header, query):
    answer = ask(endpoint, header, **query)
    assert answer.status_code == 400
    assert answer.json()["statusCode"] == 400


def test_keeps_the_header_for_its_owner(endpoint):
    assert (endpoint.state / "identity" / "header").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("resource", ["https://vault.azure.net/", tokens.AZURE_DEVOPS_RESOURCE])
def test_a_resource_that_an_emulator_serves_gets_a_token(endpoint, header, resource):
    assert ask(endpoint, header, resource=resource).json()["resource"] == resource


@pytest.mark.parametrize(
    "resource",
    [
        "https://nowhere.example",
        "https://vault.azure.net/.default",
        "vault.azure.net",
        "https://vault.azure.com",
    ],
)
def test_a_resource_that_entra_does_not_know_gets_no_token(endpoint, header, resource):
    answer = ask(endpoint, header, resource=resource)
    assert answer.status_code == 400
    assert answer.json()["message"].startswith(
        f"AADSTS500011: The resource principal named {resource} was not"
    )


def test_the_unchanged_credential_tells_of_an_unknown_resource(app_service):
    with pytest.raises((CredentialUnavailableError, ClientAuthenticationError), match="AADSTS500011"):
        ManagedIdentityCredential().get_token("https://nowhere.example/.default")


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({"resource": "https://graph.microsoft.com"}, "A token for https://graph.microsoft.com"),
        ({"resource": "https://management.core.windows.net/"}, "https://management.core.windows.net/"),
        ({"resource": "https://account.blob.core.windows.net"}, "https://account.blob.core.windows.net"),
        ({"api-version": "2017-09-01"}, "api-version 2017-09-01"),
        ({"bypass_cache": "true"}, "'bypass_cache'"),
    ],
)
def test_refuses_uncovered_requests_by_name(endpoint, header, query, named):
    answer = ask(endpoint, header, **query)
    assert answer.status_code == 501
    assert named in answer.json()["message"]
    assert answer.json()["statusCode"] == 501


@pytest.mark.parametrize("method", ["POST", "HEAD", "PUT"])
def test_a_token_is_only_for_a_get(endpoint, header, method):
    answer = httpx.request(
        method, endpoint.url + "/msi/token", params=GOOD, headers={"X-IDENTITY-HEADER": header}
    )
    assert answer.status_code == 405


def test_an_identity_is_known_by_the_kind_of_id_that_the_query_names(endpoint, header):
    assert ask(endpoint, header, client_id=identities.READER.resource_id).status_code == 400
    assert ask(endpoint, header, mi_res_id=identities.READER.client_id).status_code == 400
