import httpx
import pytest
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError

from emulators import identities, tokens
from tests.emulators.azure_resource_manager.bodies import pair
from tests.emulators.azure_resource_manager.conftest import client_of
from tests.emulators.running import error_of


def test_refuses_a_token_for_another_resource(groups):
    client = client_of(groups.emulator, resource=tokens.VAULT_RESOURCE)
    with pytest.raises(ClientAuthenticationError) as raised:
        client.container_groups.get("rg", "x")
    assert error_of(raised)["code"] == "InvalidAuthenticationTokenAudience"


@pytest.mark.parametrize("client_id", [identities.READER.client_id, "c0000000-0000-4000-8000-000000000009"])
def test_refuses_an_identity_without_the_role(groups, client_id):
    client = client_of(groups.emulator, client_id=client_id)
    for attempt in (
        lambda: client.container_groups.get("rg", "x"),
        lambda: client.container_groups.begin_delete("rg", "x", polling=False),
        lambda: client.container_groups.begin_create_or_update("rg", "x", pair("true"), polling=False),
        lambda: list(client.location.list_usage("westeurope")),
    ):
        with pytest.raises(HttpResponseError) as raised:
            attempt()
        assert (raised.value.status_code, error_of(raised)["code"]) == (403, "AuthorizationFailed")


def test_requires_a_token_and_an_api_version(groups):
    url = groups.emulator.url + "/subscriptions/s/providers/Microsoft.ContainerInstance/containerGroups"
    nobody = httpx.get(url, params={"api-version": "2023-05-01"}, verify=groups.emulator.tls)
    assert nobody.status_code == 401
    assert "authorization_uri=" in nobody.headers["WWW-Authenticate"]
    assert httpx.get(url, verify=groups.emulator.tls).json()["error"]["code"] == "MissingApiVersionParameter"
    unknown = httpx.get(groups.emulator.url + "/nothing?api-version=2023-05-01", verify=groups.emulator.tls)
    assert unknown.status_code == 404
