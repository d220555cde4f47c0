"""Outside Azure, where there is no managed identity, the app uses the account of `az login`."""

import json
import os
import time

import pytest
from azure.identity import ManagedIdentityCredential
from azure.keyvault.secrets import SecretClient

from autocoder.errors import SignInRequired
from emulators import identities, tokens

# As documented at https://learn.microsoft.com/cli/azure/account#az-account-get-access-token
PROGRAM = """#!/bin/sh
echo "$*" >> {folder}/asked
test "$1 $2 $3 $4 $5" = "account get-access-token --output json --resource" || exit 2
name=$(echo "$6" | tr -c 'a-z0-9\\n' -)
if test -f "{folder}/$name.json"; then exec cat "{folder}/$name.json"; fi
echo "ERROR: Please run 'az login' to setup account." >&2
exit 1
"""


class AzureCli:
    """A program `az` on the path that is signed in for some resources."""

    def __init__(self, folder, state):
        self.folder, self.state = folder, state
        program = folder / "az"
        program.write_text(PROGRAM.format(folder=folder))
        program.chmod(0o755)

    def sign_in(self, resource):
        """Provide a token for *resource*."""
        token = tokens.mint(self.state, resource=resource, client_id=identities.APP.client_id)
        until = int(time.time()) + 4_000
        answer = {
            "accessToken": token,
            "expiresOn": time.strftime("%Y-%m-%d %H:%M:%S.000000", time.localtime(until)),
            "expires_on": until,
            "subscription": "11111111-1111-4111-8111-111111111111",
            "tenant": tokens.TENANT,
            "tokenType": "Bearer",
        }
        name = "".join(letter if letter.isalnum() else "-" for letter in resource)
        (self.folder / f"{name}.json").write_text(json.dumps(answer))

    @property
    def asked(self):
        """The command lines of its calls."""
        path = self.folder / "asked"
        return path.read_text().splitlines() if path.exists() else []


@pytest.fixture
def az(cloud, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return AzureCli(tmp_path, cloud.state)


@pytest.fixture
def off_azure(monkeypatch):
    for name in ("IDENTITY_ENDPOINT", "IDENTITY_HEADER", "MSI_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def kept(vault):
    credential = ManagedIdentityCredential(client_id=identities.APP.client_id)
    SecretClient(vault.urls["key_vault"], credential, verify_challenge_resource=False).set_secret("kept", "x")
    return "kept"


def test_reads_secrets_as_the_person_who_is_signed_in(vault, kept, az, off_azure):
    az.sign_in(tokens.VAULT_RESOURCE)
    assert vault.clients().vault.read_secret(kept) == "x"
    assert len(az.asked) == 1


def test_signs_in_to_azure_devops_as_that_person_too(cloud, az, off_azure):
    az.sign_in(tokens.AZURE_DEVOPS_RESOURCE)
    assert cloud.clients().authorization("fabrikam").startswith("Bearer ey")


def test_uses_only_the_identity_endpoint_if_there_is_one(vault, kept, az):
    assert vault.clients().vault.read_secret(kept) == "x"
    assert az.asked == []


def test_asks_for_a_sign_in_without_delay(cloud, az, off_azure):
    began = time.monotonic()
    with pytest.raises(SignInRequired, match="az login"):
        cloud.clients().authorization("fabrikam")
    assert time.monotonic() - began < 10


def test_never_clones_as_a_person_when_a_reader_identity_is_set(cloud, az, off_azure):
    az.sign_in(tokens.AZURE_DEVOPS_RESOURCE)
    clients = cloud.clients(AZURE_DEVOPS_READER_CLIENT_ID=identities.READER.client_id)
    began = time.monotonic()
    with pytest.raises(SignInRequired):
        clients.clone_authorization()
    assert time.monotonic() - began < 10
    assert az.asked == []


def test_a_clone_token_lives_as_long_as_it_may_have_to(cloud, az, off_azure):
    az.sign_in(tokens.AZURE_DEVOPS_RESOURCE)  # for 4,000 s
    clients = cloud.clients()
    clients.clone_authorization()
    clients.clone_authorization(3_000)
    assert len(az.asked) == 1
    clients.clone_authorization(5_000)
    assert len(az.asked) == 2
