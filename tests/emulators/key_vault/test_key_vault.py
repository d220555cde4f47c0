import httpx
import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ResourceExistsError,
    ResourceNotFoundError,
)
from azure.keyvault.secrets import SecretClient

from emulators import identities, tokens
from tests.emulators.running import error_of, running


class Credential:
    def __init__(self, state, client_id=identities.APP.client_id, resource=tokens.VAULT_RESOURCE):
        self.token = tokens.mint(state, resource=resource, client_id=client_id)

    def get_token(self, *scopes, **options):
        return AccessToken(self.token, 2**40)


@pytest.fixture(scope="module")
def vault(tmp_path_factory):
    with running("key_vault", tmp_path_factory.mktemp("vault")) as emulator:
        yield emulator


def client(emulator, **who):
    credential = Credential(emulator.state, **who)
    return SecretClient(
        emulator.url, credential, verify_challenge_resource=False, connection_verify=emulator.bundle
    )


def test_gives_the_latest_version_and_each_older_one(vault):
    secrets = client(vault)
    first = secrets.set_secret("pat", "one", content_type="text/plain", tags={"a": "b"})
    secrets.set_secret("pat", "two")
    assert secrets.get_secret("pat").value == "two"
    old = secrets.get_secret("PAT", first.properties.version)
    assert (old.value, old.properties.content_type, old.properties.tags) == ("one", "text/plain", {"a": "b"})
    assert len(list(secrets.list_properties_of_secret_versions("pat"))) == 2


def test_lists_names_without_values(vault):
    client(vault).set_secret("listed", "hidden value")
    assert "listed" in [one.name for one in client(vault).list_properties_of_secrets()]
    headers = {"Authorization": "Bearer " + Credential(vault.state).token}
    answer = httpx.get(vault.url + "/secrets?api-version=7.5", headers=headers, verify=vault.tls)
    assert "hidden value" not in answer.text


def test_a_missing_secret_is_not_found(vault):
    with pytest.raises(ResourceNotFoundError) as raised:
        client(vault).get_secret("nothing")
    assert error_of(raised)["code"] == "SecretNotFound"


def test_a_disabled_secret_is_forbidden(vault):
    secrets = client(vault)
    kept = secrets.set_secret("off", "x")
    secrets.update_secret_properties("off", kept.properties.version, enabled=False)
    with pytest.raises(HttpResponseError) as raised:
        secrets.get_secret("off")
    assert raised.value.status_code == 403
    assert error_of(raised)["innererror"]["code"] == "SecretDisabled"


def test_an_identity_without_a_role_is_forbidden(vault):
    with pytest.raises(HttpResponseError) as raised:
        client(vault, client_id=identities.READER.client_id).get_secret("pat")
    assert raised.value.status_code == 403
    assert error_of(raised)["innererror"]["code"] == "ForbiddenByRbac"


def test_a_token_for_another_resource_is_refused(vault):
    with pytest.raises(ClientAuthenticationError):
        client(vault, resource=tokens.STORAGE_RESOURCE).get_secret("pat")


def test_challenges_a_caller_without_a_token(vault):
    answer = httpx.get(vault.url + "/secrets/pat?api-version=7.5", verify=vault.tls)
    assert answer.status_code == 401
    challenge = answer.headers["WWW-Authenticate"]
    assert challenge.startswith('Bearer authorization="https://login.microsoftonline.com/')
    assert 'resource="https://vault.azure.net"' in challenge


@pytest.mark.parametrize("path", ["/secrets/pat", "/secrets/a_b?api-version=7.5"])
def test_refuses_a_bad_request(vault, path):
    headers = {"Authorization": "Bearer " + Credential(vault.state).token}
    assert httpx.get(vault.url + path, headers=headers, verify=vault.tls).status_code == 400


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"value": 5}', '{"value": "%s"}' % ("x" * 30000)])
def test_refuses_a_bad_value(vault, body):
    headers = {"Authorization": "Bearer " + Credential(vault.state).token}
    answer = httpx.put(
        vault.url + "/secrets/bad?api-version=7.5", content=body, headers=headers, verify=vault.tls
    )
    assert answer.status_code == 400


def test_a_deleted_secret_keeps_its_name_until_it_is_purged(vault):
    secrets = client(vault)
    secrets.set_secret("gone", "x")
    assert secrets.begin_delete_secret("gone").result().recovery_id.endswith("/deletedsecrets/gone")
    with pytest.raises(ResourceNotFoundError):
        secrets.get_secret("gone")
    with pytest.raises(ResourceExistsError):
        secrets.set_secret("gone", "y")
    secrets.begin_recover_deleted_secret("gone").wait()
    recovered = secrets.get_secret("gone")
    assert (recovered.value, recovered.properties.recovery_level) == ("x", "Recoverable+Purgeable")
    secrets.begin_delete_secret("gone").wait()
    secrets.purge_deleted_secret("gone")
    secrets.set_secret("gone", "z")


def test_keeps_secrets_over_a_restart_for_their_owner_alone(tmp_path):
    with running("key_vault", tmp_path) as emulator:
        client(emulator).set_secret("kept", "still here")
    assert (tmp_path / "key_vault" / "secrets.json").stat().st_mode & 0o077 == 0
    with running("key_vault", tmp_path) as emulator:
        assert client(emulator).get_secret("kept").value == "still here"


def test_the_environment_alone_makes_the_client_trust_the_vault(vault, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", vault.bundle)
    secrets = SecretClient(vault.url, Credential(vault.state), verify_challenge_resource=False)
    assert secrets.set_secret("trusted", "yes").value == "yes"
