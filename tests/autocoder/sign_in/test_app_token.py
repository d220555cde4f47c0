"""App tokens: accepted only when signed for this extension, in an allowed tenant and in time."""

import base64
import json
import subprocess
import sys
import time

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from autocoder.sign_in.app_token import ISSUER, MAX_TOKEN_LENGTH, Extension, key_problem, token_problem

ID, TENANT = "2222222a-2222-4222-8222-222222222222", "3333333b-3333-4333-8333-333333333333"
KEY, PREVIOUS, OTHER = ("k" * 64, "p" * 64, "o" * 64)
EXTENSION = Extension(ID, (TENANT,), (KEY, PREVIOUS))
NOW = int(time.time())
CLAIMS = {
    "nameid": "person", "tid": TENANT, "jti": "1", "iss": ISSUER, "aud": ID, "nbf": NOW - 10,
    "exp": NOW + 4200,
}  # fmt: skip


def token(key=KEY, algorithm="HS256", **claims):
    given = {name: value for name, value in {**CLAIMS, **claims}.items() if value is not None}
    return jwt.encode(given, key, algorithm=algorithm)


def parts(*values):
    """A token of these header and claims (objects, or the text itself), and a signature of three bytes."""
    texts = [value if isinstance(value, str) else json.dumps(value) for value in values]
    encoded = [base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode() for text in texts]
    return ".".join((*encoded, "AAAA"))


@pytest.mark.parametrize("key", [KEY, PREVIOUS])
def test_a_token_signed_with_the_current_or_the_previous_key_is_accepted(key):
    assert token_problem(token(key), EXTENSION) == ""


def test_the_previous_key_is_refused_when_it_is_not_configured():
    assert "not signed with the extension's key" in token_problem(
        token(PREVIOUS), Extension(ID, (TENANT,), (KEY,))
    )


@pytest.mark.parametrize("claims", [{"aud": ID.upper()}, {"tid": TENANT.upper()}])
def test_guids_are_compared_without_case(claims):
    assert ID.upper() != ID
    assert token_problem(token(**claims), Extension(ID, (TENANT,), (KEY,))) == ""


def test_a_token_may_be_used_again():
    again = token()
    assert [token_problem(again, EXTENSION) for _ in range(2)] == ["", ""]


def test_clocks_may_differ_by_less_than_a_minute():
    now = int(time.time())
    assert token_problem(token(exp=now - 30), EXTENSION) == ""
    assert token_problem(token(nbf=now + 30), EXTENSION) == ""


@pytest.mark.parametrize(
    ("claims", "problem"),
    [
        ({"exp": NOW - 120}, "it has expired"),
        ({"nbf": NOW + 3600}, "it is not valid yet"),
        ({"aud": "44444444-4444-4444-8444-444444444444"}, "it was issued for another extension"),
        ({"aud": [ID, "44444444-4444-4444-8444-444444444444"]}, "it was issued for another extension"),
        ({"iss": "https://sts.windows.net/"}, "it was not issued by Azure DevOps"),
        ({"tid": "44444444-4444-4444-8444-444444444444"}, "a tenant that EXTENSION_TENANTS does not list"),
        ({"tid": [TENANT]}, "a tenant that EXTENSION_TENANTS does not list"),
        ({"nameid": ""}, "it names no person"),
        ({"nameid": 7}, "it names no person"),
        ({"exp": "soon"}, "it is not a token"),
        *(({name: None}, "it lacks a claim") for name in ("nameid", "tid", "iss", "aud", "nbf", "exp")),
    ],
)
def test_a_signed_token_with_other_claims_is_refused(claims, problem):
    assert problem in token_problem(token(**claims), EXTENSION)


def test_a_forged_signature_is_refused():
    assert "not signed with the extension's key" in token_problem(token(OTHER), EXTENSION)
    head, _, signature = token().split(".")
    longer = parts({}, {**CLAIMS, "exp": NOW + 10**6}).split(".")[1]
    assert "not signed with the extension's key" in token_problem(f"{head}.{longer}.{signature}", EXTENSION)


@pytest.mark.parametrize(
    ("key", "problem"),
    [
        ("", "fewer than 32 bytes"),
        ("k" * 31, "fewer than 32 bytes"),
        ("-----BEGIN PUBLIC KEY-----\n" + "A" * 64, "more than one line"),
        ("-----BEGIN PUBLIC KEY-----" + "A" * 64 + "-----END PUBLIC KEY-----", "another kind"),
        ("ssh-ed25519 " + "A" * 64, "another kind"),
        (json.dumps({"kty": "oct", "k": "A" * 64}), "another kind"),
        ("\ud800" * 32, "more than one line"),
    ],
)
def test_a_key_that_cannot_be_an_extensions_is_refused(key, problem):
    assert problem in key_problem(key)


def test_an_extensions_key_is_one_line_of_32_bytes_or_more():
    assert key_problem("k" * 32) == ""


def test_an_empty_key_accepts_nothing():
    assert token_problem(token(KEY), Extension(ID, (TENANT,), ())) != ""


@pytest.mark.parametrize("algorithm", ["none", "None", "HS384", "HS512", "RS256", "", 1, None, "ES256"])
def test_every_other_algorithm_is_refused(algorithm):
    assert token_problem(parts({"alg": algorithm, "typ": "JWT"}, CLAIMS), EXTENSION) != ""


def test_other_algorithms_are_refused_even_with_a_valid_signature():
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert "HS256" in token_problem(token(private, "RS256"), EXTENSION)
    assert "HS256" in token_problem(token(KEY, "HS512"), EXTENSION)
    unsigned = jwt.encode(CLAIMS, None, algorithm="none")
    assert token_problem(unsigned, EXTENSION) != ""
    assert token_problem(unsigned + "AAAA", EXTENSION) != ""


@pytest.mark.parametrize(
    "garbage",
    [
        "", ".", "..", "...", "a.b.c", "a.b", "é.é.é", "\udcff.a.b", "a.b.c\n", " ", "x" * 5000,
        "x" * (MAX_TOKEN_LENGTH + 1), "\0.\0.\0",
        parts("[" * 3000, "{}"), parts("[]", "{}"), parts("7", "{}"), parts('{"alg":"HS256"}', "[1]"),
        parts('{"alg":"HS256","crit":["x"]}', "{}"), parts('{"alg":"HS256","b64":false}', "{}"),
        parts('{"alg":"HS256","kid":{"a":1}}', "{}"), parts("{", "{"),
    ],
)  # fmt: skip
def test_garbage_is_refused(garbage):
    assert token_problem(garbage, EXTENSION) != ""


def test_no_problem_repeats_anything_of_the_token():
    secret = "a-name-that-nothing-else-says"
    for claims in ({"exp": NOW - 1000}, {"aud": secret}, {"iss": secret}, {"tid": secret}, {"nameid": None}):
        problem = token_problem(token(jti=secret, **claims), EXTENSION)
        assert problem
        assert secret not in problem


def test_the_library_is_imported_at_the_first_token_only():
    code = "import sys, autocoder.sign_in.app_token; sys.exit('jwt' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
