import json

import pytest

from autocoder import errors
from autocoder.clients.azure_devops import protocol
from tests.autocoder.clients.azure_devops.samples import answer, failure

BASE = "https://dev.azure.com/fabrikam"


@pytest.mark.parametrize(
    ("name", "kind", "code"),
    [
        ("pr_exists_409", errors.Conflict, "TF401179"),
        ("pr_description_too_long_400", errors.InvalidArgument, "InvalidArgumentValueException"),
        ("request_too_big_400", errors.InvalidArgument, "InvalidArgumentValueException"),
        ("unauthorized_401_json", errors.SignInRequired, "TF400813"),
        ("rev_conflict_412", errors.StaleRevision, "VS403351"),
        ("conditional_access_403", errors.Forbidden, "VS403463"),
        ("repo_not_found_404", errors.NotFound, "TF401019"),
        ("pushes_bad_old_object_500", errors.Transient, "TF401035"),
    ],
)
def test_each_error_body_is_an_error_of_its_own(name, kind, code):
    with pytest.raises(kind) as raised:
        protocol.read_json(failure(name))
    assert type(raised.value) is kind
    assert raised.value.service_code == code


def test_blocked_calls_are_retried_when_the_service_says():
    with pytest.raises(errors.RetryLater) as raised:
        protocol.read_json(failure("rate_limited_429"))
    assert raised.value.retry_after_seconds == 30


@pytest.mark.parametrize("status", [203, 302])
def test_a_sign_in_page_asks_for_a_sign_in(status):
    page = protocol.Response(status, {"content-type": "text/html; charset=utf-8"}, b"<html>Sign In</html>")
    with pytest.raises(errors.SignInRequired):
        protocol.read_json(page)
    with pytest.raises(errors.SignInRequired):
        protocol.read_bytes(page)


def test_a_page_with_status_200_is_not_data():
    page = protocol.Response(200, {"content-type": "text/html"}, b"<html></html>")
    for read in (protocol.read_json, protocol.read_bytes):
        with pytest.raises(errors.SignInRequired):
            read(page)


@pytest.mark.parametrize(
    "response",
    [
        answer(b"{"),
        protocol.Response(200, {}, b"{}"),
        protocol.Response(200, {"content-type": "text/plain"}, b"x"),
    ],
)
def test_an_answer_that_is_not_json_is_unexpected(response):
    with pytest.raises(errors.UnexpectedAnswer):
        protocol.read_json(response)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (503, errors.RetryLater),
        (502, errors.Transient),
        (500, errors.Transient),
        (418, errors.InvalidArgument),
    ],
)
def test_errors_without_a_body_are_judged_by_their_status(status, kind):
    with pytest.raises(kind):
        protocol.read_json(protocol.Response(status, {"content-type": "text/html"}, b"<html>"))


def test_every_segment_and_value_of_a_url_is_quoted():
    request = protocol.build(
        "GET",
        BASE,
        ("My Project/..", "_apis/git/repositories", "a?b#c"),
        query={"filter": "heads/a&b=c", "top": None},
    )
    assert request.url == (
        BASE + "/My%20Project%2F../_apis/git/repositories/a%3Fb%23c?filter=heads%2Fa%26b%3Dc&api-version=7.1"
    )


@pytest.mark.parametrize("name", ["", ".", ".."])
def test_refuses_names_that_would_change_the_path(name):
    with pytest.raises(errors.InvalidArgument):
        protocol.build("GET", BASE, (name, "_apis/projects"))


def test_a_body_is_json_and_never_shown():
    request = protocol.build("POST", BASE, ("p",), body={"text": "geheim ü \ud800"})
    assert json.loads(request.content)["text"].startswith("geheim ü")
    assert "geheim" not in repr(request)


def test_only_reads_may_be_repeated():
    assert protocol.build("GET", BASE, ("p",)).may_repeat
    assert not protocol.build("POST", BASE, ("p",)).may_repeat


@pytest.mark.parametrize("body", [None, [], {}, {"value": None}, {"value": [1]}, "x"])
def test_a_missing_collection_is_unexpected(body):
    with pytest.raises(errors.UnexpectedAnswer):
        protocol.rows(body)


def test_messages_contain_no_query_and_no_user_and_are_short():
    text = errors.plain("see https://user:pat@host/x?sig=abc\n" + "y" * 5_000)
    assert "pat" not in text
    assert "sig" not in text
    assert "\n" not in text
    assert len(text) <= errors.MAX_MESSAGE_LENGTH
