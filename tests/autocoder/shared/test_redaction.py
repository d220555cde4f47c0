import base64
import json
import time
from urllib.parse import quote, quote_plus

import pytest

from autocoder.shared.redaction import MARK, MAX_LINE_LENGTH, Redactor

SECRET = 'pa/ss"w+rd\\ü and=more'
PEM = "-----BEGIN RSA PRIVATE KEY-----\n" + "MIIEpAIBAAKCAQEA7\n" * 4 + "-----END RSA PRIVATE KEY-----"


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        json.dumps(SECRET)[1:-1],
        quote(SECRET, safe=""),
        quote_plus(SECRET),
        "pa%2fss%22w%2brd%5c%c3%bc%20and%3dmore",
        base64.b64encode(SECRET.encode()).decode(),
        base64.urlsafe_b64encode(SECRET.encode()).decode(),
    ],
)
def test_finds_a_secret_in_every_form(form):
    assert Redactor([SECRET]).redact(f"<{form}>") == f"<{MARK}>"
    assert Redactor([SECRET]).holds_own_secret(f"x{form}y".encode())


@pytest.mark.parametrize("before", ["", ":", "u:", "me:"])
@pytest.mark.parametrize("after", ["", "x", "xy"])
def test_finds_a_secret_inside_longer_base64(before, after):
    secret = "abcdefgh12345678"
    whole = base64.b64encode((before + secret + after).encode())
    assert Redactor([secret]).holds_own_secret(whole)


@pytest.mark.parametrize(
    "token",
    [
        "a1B2" * 19 + "AZDO" + "x9Y8",
        "abcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqrst",
        "ghp_" + "a1B2c3D4e5" * 4,
        "github_pat_" + "A1b2_C3d4" * 8,
        "sk-ant-api03-" + "aB1-_" * 10,
        "sk-proj-" + "aB1" * 10,
        "AKIA" + "ABCD1234EFGH5678",
        "AIza" + "a" * 35,
        "xoxb-1234567890-abcdef",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJlLWhlcmU",
        PEM,
        PEM.replace("\n", "\\n"),
        PEM[:60],
    ],
)
def test_finds_well_known_tokens(token):
    shown = Redactor().redact(f"before {token} after.")
    assert MARK in shown
    assert token not in shown
    assert shown.startswith("before ")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "https://x.blob/r?se=1&sig=abcdefgh%2Bijklmnopqrst%3D&sp=r",
            f"https://x.blob/r?se=1&sig={MARK}&sp=r",
        ),
        ("Authorization: Bearer abcdefghij1234567890", f"Authorization: Bearer {MARK}"),
        ("authorization: basic OmFiY2RlZmdoaWprbG1ub3A=", f"authorization: basic {MARK}"),
        ("https://me:hunter2@dev.azure.com/x", f"https://me:{MARK}@dev.azure.com/x"),
        ("AccountKey=" + "a" * 86 + "==;x", f"AccountKey={MARK};x"),
    ],
)
def test_keeps_the_text_around_a_secret(text, shown):
    assert Redactor().redact(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "Basic authentication is on",
        "the Bearer token is missing",
        "commit 0123456789abcdef0123456789abcdef01234567",
        "https://dev.azure.com/org/project/_git/repo@main",
        "risk-free skipping of sk-1",
        "design=blue",
    ],
)
def test_does_not_change_ordinary_text(text):
    assert Redactor(["", "abc"]).redact(text) == text


def test_redacting_twice_changes_nothing_more():
    redactor = Redactor([SECRET])
    once = redactor.redact(f"Bearer {SECRET} https://a:b@c sig={'a' * 30}")
    assert redactor.redact(once) == once


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50, 1000])
def test_a_stream_hides_a_secret_wherever_the_pieces_are_cut(size):
    text = f"one {SECRET}\ntwo\n{PEM}\nthree ghp_{'a' * 36} end"
    stream = Redactor([SECRET]).stream()
    shown = "".join(stream.feed(text[i : i + size]) for i in range(0, len(text), size)) + stream.close()
    assert SECRET not in shown
    assert "MIIE" not in shown
    assert "ghp_" not in shown
    assert shown.startswith("one [redacted]\ntwo\n")
    assert shown.endswith("three [redacted] end")


def test_a_stream_shows_what_follows_a_key_that_never_ends():
    stream = Redactor().stream()
    shown = stream.feed("-----BEGIN PRIVATE KEY-----\nMIIE\n") + stream.feed('{"next": 1}\nok\n')
    assert shown.endswith('{"next": 1}\nok\n')
    assert "MIIE" not in shown


def test_a_stream_does_not_keep_an_endless_line():
    secret = "s3cr3t-s3cr3t-s3cr3t"
    stream = Redactor([secret]).stream()
    piece = "x" * 5000 + secret
    shown = "".join(stream.feed(piece) for _ in range(2 * MAX_LINE_LENGTH // len(piece))) + stream.close()
    assert secret not in shown
    assert shown.count(MARK) == 2 * MAX_LINE_LENGTH // len(piece)


def test_hostile_text_does_not_make_it_slow():
    redactor = Redactor([SECRET])
    for text in ("a" * 500_000, "eyJ" * 100_000, "-----BEGIN " * 40_000, "a://b:" * 80_000, "sk-" * 100_000):
        began = time.perf_counter()
        redactor.redact(text)
        assert time.perf_counter() - began < 5
