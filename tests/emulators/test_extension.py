import jwt
import pytest

from emulators import tokens
from emulators.extension import EXTENSION_ID, ISSUER, ensure_key, mint_app_token


def test_an_app_token_names_the_person_the_tenant_and_the_extension(tmp_path):
    claims = jwt.decode(
        mint_app_token(tmp_path, "ada"), ensure_key(tmp_path), algorithms=["HS256"], audience=EXTENSION_ID
    )
    assert (claims["nameid"], claims["tid"], claims["iss"]) == ("ada", tokens.TENANT, ISSUER)
    assert claims["exp"] - claims["nbf"] == 4200
    assert claims["jti"]


def test_two_state_folders_have_two_keys(tmp_path):
    first, second = ensure_key(tmp_path / "a"), ensure_key(tmp_path / "b")
    assert first != second
    assert ensure_key(tmp_path / "a") == first
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(mint_app_token(tmp_path / "a", "ada"), second, algorithms=["HS256"], audience=EXTENSION_ID)
