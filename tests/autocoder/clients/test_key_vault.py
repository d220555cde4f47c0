import pytest
from azure.identity import ManagedIdentityCredential
from azure.keyvault.secrets import SecretClient

from autocoder.clients.key_vault import KeyVault
from autocoder.errors import SignInRequired, Transient
from emulators import identities


@pytest.fixture
def secrets(vault):
    credential = ManagedIdentityCredential(client_id=identities.APP.client_id)
    return SecretClient(vault.urls["key_vault"], credential, verify_challenge_resource=False)


def test_reads_a_secret_and_keeps_it(vault, secrets):
    secrets.set_secret("kept", "one")
    client = vault.clients().vault
    assert client.read_secret("kept") == "one"
    secrets.set_secret("kept", "two")
    assert client.read_secret("kept") == "one"
    client.forget("kept")
    assert client.read_secret("kept") == "two"
    assert client.known() == ("two",)


def test_a_secret_that_was_read_a_short_time_ago_needs_no_request(vault, secrets):
    secrets.set_secret("fresh", "one")
    client = vault.clients().vault
    assert client.kept("fresh") is None
    client.read_secret("fresh")
    assert client.kept("fresh").value == "one"
    client.forget("fresh")
    assert client.kept("fresh") is None


def test_a_missing_secret_is_none(vault):
    assert vault.clients().vault.look_up("nothing").state == "missing"
    assert vault.clients().vault.read_secret("no/such name") is None


def test_a_forbidden_secret_is_none_and_its_state_is_forbidden(vault):
    client = vault.clients().vault
    body = '{"error": {"code": "Forbidden", "message": "no"}}'
    vault.fault("key_vault", method="GET", path="/secrets/hidden", times=2, status=403, body=body)
    assert client.look_up("hidden").state == "forbidden"
    assert client.read_secret("hidden") is None


def test_an_unreachable_vault_is_transient(vault):
    client = KeyVault("https://127.0.0.1:1", vault.clients().vault.credential)
    with pytest.raises(Transient):
        client.read_secret("any")


def test_a_vault_that_refuses_the_identity_asks_for_a_sign_in(vault):
    client = vault.clients(AZURE_CLIENT_ID="b0000000-0000-4000-8000-000000000009").vault
    with pytest.raises(SignInRequired):
        client.read_secret("any")


def test_the_text_form_of_a_secret_hides_its_value(vault, secrets):
    secrets.set_secret("shown", "very secret value")
    client = vault.clients().vault
    assert "very secret" not in repr((client.look_up("shown"), client, client.known is None))
