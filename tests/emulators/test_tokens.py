import pytest

from emulators import tokens


def test_a_token_is_good_for_its_own_resource_only(tmp_path):
    token = tokens.mint(tmp_path, resource=tokens.VAULT_RESOURCE, client_id="app")
    assert tokens.check(tmp_path, token, resource=tokens.VAULT_RESOURCE)["appid"] == "app"
    with pytest.raises(tokens.TokenError):
        tokens.check(tmp_path, token, resource=tokens.STORAGE_RESOURCE)


def test_refuses_an_expired_token(tmp_path):
    token = tokens.mint(tmp_path, resource=tokens.VAULT_RESOURCE, client_id="app", lifetime=-60)
    with pytest.raises(tokens.TokenError):
        tokens.check(tmp_path, token, resource=tokens.VAULT_RESOURCE)
