"""The tokens in a request's headers: what does not have a token's form is none, and is redacted nowhere."""

import azure.functions as func
import pytest

from autocoder.sign_in.app_token import MAX_TOKEN_LENGTH
from triggers.boards.sign_in import MAX_USER_TOKEN_LENGTH, MIN_USER_TOKEN_LENGTH, tokens_of


def request(**headers):
    return func.HttpRequest("GET", "/api/boards/agents", headers=headers, body=b"")


def user_token(value):
    return tokens_of(request(**{"X-Azure-DevOps-Token": value})).user


@pytest.mark.parametrize("length", [MIN_USER_TOKEN_LENGTH, MAX_USER_TOKEN_LENGTH])
def test_a_persons_token_is_opaque(length):
    assert user_token("~" * length) == "~" * length


@pytest.mark.parametrize(
    "value",
    ["", "a", "repository", "x" * (MIN_USER_TOKEN_LENGTH - 1), "x" * (MAX_USER_TOKEN_LENGTH + 1),
     "a word " * 9, "\u00e9" * 40, "x" * 40 + "\n"],
)  # fmt: skip
def test_a_word_or_a_long_text_is_no_token_of_a_person(value):
    assert user_token(value) == ""


@pytest.mark.parametrize("value", ["Bearer a.b.c", "bearer a.b.c", "BEARER a.b.c"])
def test_an_app_token_has_three_parts(value):
    assert tokens_of(request(Authorization=value)).app == "a.b.c"


@pytest.mark.parametrize(
    "value",
    ["", "a.b.c", "Bearer", "Bearer a", "Bearer a.b", "Bearer  a.b.c", "Basic a.b.c", "Bearer a.b.c d",
     f"Bearer a.b.{'c' * MAX_TOKEN_LENGTH}"],
)  # fmt: skip
def test_what_has_no_three_parts_is_no_app_token(value):
    assert tokens_of(request(Authorization=value)).app == ""


def test_tokens_are_not_shown():
    tokens = tokens_of(request(Authorization="Bearer a.b.c", **{"X-Azure-DevOps-Token": "~" * 40}))
    assert "a.b.c" not in repr(tokens)
    assert "~" not in repr(tokens)
